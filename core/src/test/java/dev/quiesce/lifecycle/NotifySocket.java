package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The side of systemd: prints each message that arrives as one line. In Perl, since the JDK has no such sockets. */
final class NotifySocket {
    private static final String PROGRAM = """
            use Socket; $| = 1;
            socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($ARGV[0])) or die;
            print "listening\\n";
            while (defined recv($s, my $m, 65536, 0)) { $m =~ s/\\n+$//; $m =~ s/\\n/ /g; print "$m\\n"; }
            """;

    private NotifySocket() {}

    static ServiceProcess listen(Path socket) throws IOException {
        return ServiceProcess.start(socket.getParent(), Map.of(), List.of("perl", "-e", PROGRAM, socket.toString()));
    }
}
