# Keeps a listening socket and gives it to one process after the other as its standard input, as systemd does.
# Usage: perl keep-listening.pl TIMES COMMAND [ARGUMENT ...]
use strict;
use warnings;
use Socket;
use POSIX ();

my $times = shift @ARGV;
$| = 1;
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
bind($listener, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
listen($listener, 1024) or die "listen: $!";
my ($port) = sockaddr_in(getsockname($listener));
print "Listening on http://127.0.0.1:$port/\n";
for (1 .. $times) {
    my $child = fork() // die "fork: $!";
    if ($child == 0) {
        POSIX::dup2(fileno($listener), 0) // die "dup2: $!";
        exec(@ARGV) or die "exec: $!";
    }
    waitpid($child, 0);
    print "Exit code ", $? >> 8, "\n";
}
