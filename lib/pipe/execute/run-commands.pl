# Runs commands by a shell, one at a time, each in a process group of its own and on this program's own
# streams. `command-process.ts` says what comes in and what goes out; `run-commands.ts` does the same where
# there is no Perl. Only the core language is used, no module.
use strict;
use warnings;

my $read   = '';    # What came in and is not a whole request yet.
my $busy   = 0;     # Whether there is a command.
my $stops  = 0;     # How often it was to be stopped.
my $error  = '';    # Why it could not be started.
my $nohang = 1;     # Of waitpid(2), the same everywhere.
my $group;          # The command's, once it has one.
my %set;            # The variables that commands get from this program.

# A command's standard input is empty, and as it is this program's own already, it need not be opened for each.
open my $engine, '<&', \*STDIN or die "standard input: $!\n";
open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
%ENV = ();

# Signals, and a child that cannot become a shell, wake this program through a pipe.
pipe(my $woken, my $wake) or die "pipe: $!\n";
$SIG{CHLD} = sub { syswrite $wake, "\0" };
$SIG{INT}  = sub { };    # Ctrl-C reaches the engine, which decides. A handler, for what is ignored commands ignore too.
$SIG{TERM} = sub {
    exit 143 unless $busy;
    $stops++;
    stop() if defined $group;
};

while (my ($key, @request) = request()) {
    my $ending = run(@request);
    write_all(\*STDERR, "\0end $key\0");
    write_all(\*STDOUT, "\0end $key $ending\0");
}

# Says how the command ended.
sub run {
    my ($directory, $words, @environment) = @_;
    my @words = splice @environment, 0, $words;
    chdir $directory or return "error $directory: $!";
    ($busy, $stops, $error) = (1, 0, '');
    set_variables(@environment);
    my $child = fork;
    return failed("fork: $!") unless defined $child;
    command(@words) if $child == 0;
    setpgrp $child, $child;    # Both do it: whoever comes first, the group is there for the other.
    $group = $child;
    stop() if $stops;
    my $status = wait_for($child);
    # What the command left running in the background would write to outputs that are taken already.
    kill 'KILL', -$child;
    ($busy, $group) = (0, undef);
    return failed($error) if $error ne '';
    return $status & 127 ? 'signal ' . ($status & 127) : 'exit ' . ($status >> 8);
}

# Before the fork, and only what differs from the last command's: what the child writes to, is copied.
sub set_variables {
    my %wanted = map { split /=/, $_, 2 } @_;
    for (grep { !exists $wanted{$_} } keys %set) { delete $ENV{$_}; delete $set{$_} }
    for (keys %wanted) {
        $ENV{$_} = $set{$_} = $wanted{$_} unless defined $set{$_} && $set{$_} eq $wanted{$_};
    }
}

sub failed { $busy = 0; return "error $_[0]" }

# Asked once, it is a request.
sub stop { kill $stops > 1 ? 'KILL' : 'TERM', -$group }

sub command {
    my @words = @_;
    setpgrp 0, 0;
    $SIG{TERM} = 'DEFAULT';
    kill 'TERM', $$ if $stops;    # It came while the handler was still this program's.
    { exec { $words[0] } @words }
    syswrite $wake, "$words[0]: $!";
    kill 'KILL', $$;
}

# The status that a child ends with. The engine's end is the command's.
sub wait_for {
    my ($child) = @_;
    until (waitpid($child, $nohang) == $child) {
        # Not for ever: a signal that comes right before this wait is heard only after it.
        ready(0.2, $engine, $woken);
        hear() if ready(0, $woken);
        next unless ready(0, $engine);
        next if sysread $engine, $read, 65536, length $read;
        kill 'KILL', -$child;
        exit;
    }
    my $status = $?;
    hear() while ready(0, $woken);
    return $status;
}

sub hear {
    sysread $woken, my $heard, 4096 or return;
    $error .= $heard =~ tr/\0//dr;
}

sub ready {
    my ($seconds, @streams) = @_;
    my $bits = '';
    vec($bits, fileno $_, 1) = 1 for @streams;
    return select($bits, undef, undef, $seconds) > 0;
}

# The fields of the next request; none at the end.
sub request {
    until ($read =~ /\A(\d+)\0/ && ($read =~ tr/\0//) > $1) {
        my $got = sysread $engine, $read, 65536, length $read;
        return if defined $got && $got == 0;
    }
    my ($count, @fields) = split /\0/, $read, -1;
    $read = join "\0", splice @fields, $count;
    return @fields;
}

sub write_all {
    my ($stream, $text) = @_;
    while (length $text) {
        my $written = syswrite $stream, $text;
        substr($text, 0, $written) = '' if defined $written;
    }
}
