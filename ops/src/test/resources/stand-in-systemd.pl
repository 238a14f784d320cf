# Stands in for systemd where that is not process 1: keeps a listening socket, and runs one unit on it as its standard input.
# A unit that fails is started again after a second, and has a new invocation each time. What it is told, and what it says of
# the unit, are files of its folder.
# Usage: perl stand-in-systemd.pl FOLDER COMMAND [ARGUMENT ...]
use strict;
use warnings;
use POSIX ();
use Socket;
use Time::HiRes qw(sleep time);

my $folder = shift @ARGV;
my ($child, $invocation, $starts) = (0, '', 0);
my ($wanted, $restart_at) = (1, 0);
$| = 1;
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
bind($listener, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
listen($listener, 1024) or die "listen: $!";
my ($port) = sockaddr_in(getsockname($listener));

sub write_file {
    my ($name, $text) = @_;
    open(my $file, '>', "$folder/.$name.next") or die "$name: $!";
    print $file $text;
    close($file) or die "$name: $!";
    rename("$folder/.$name.next", "$folder/$name") or die "$name: $!";
}

sub say_state {
    write_file('state', "LoadState=loaded\nActiveState=$_[0]\nInvocationID=$invocation\n");
}

sub note {
    open(my $log, '>>', "$folder/log.$invocation") or die "log: $!";
    print $log "$_[0]\n";
    close($log);
}

sub start {
    $invocation = sprintf('%032x', ++$starts);
    $child = fork() // die "fork: $!";
    if ($child == 0) {
        POSIX::dup2(fileno($listener), 0) // die "dup2: $!";
        open(STDOUT, '>>', "$folder/log.$invocation") or die "log: $!";
        open(STDERR, '>&', \*STDOUT) or die "log: $!";
        exec(@ARGV) or die "exec: $!";
    }
    say_state('active');
}

sub ended {
    my ($status) = @_;
    my ($code, $signal) = ($status >> 8, $status & 127);
    note("unit: Main process exited, code=killed, status=$signal/KILL") if $signal;
    note("unit: Main process exited, code=exited, status=$code/n/a") if $code;
    $child = 0;
    my $failed = $signal || ($code != 0 && $code != 143);
    say_state($failed ? ($wanted ? 'activating' : 'failed') : 'inactive');
    $restart_at = $wanted && ($failed || $wanted == 2) ? time() + ($wanted == 2 ? 0 : 1) : 0;
    $wanted = 1 if $wanted == 2;
}

start();
print "Listening on 127.0.0.1:$port\n";
while (1) {
    if (-e "$folder/restart") {
        unlink("$folder/restart");
        $wanted = 2;
        if ($child) {
            say_state('deactivating');
            kill('TERM', $child);
        } else {
            $wanted = 1;
            $restart_at = time();
        }
    }
    if (-e "$folder/stop") {
        unlink("$folder/stop");
        ($wanted, $restart_at) = (0, 0);
        kill('TERM', $child) if $child;
    }
    ended($?) if $child && waitpid($child, POSIX::WNOHANG) == $child;
    if ($restart_at && time() >= $restart_at) {
        $restart_at = 0;
        start();
    }
    sleep(0.02);
}
