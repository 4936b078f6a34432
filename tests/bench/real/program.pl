# Hashes, regular expressions, sorting, substitution.
use strict; use integer; my $seed = 42;
sub rnd { $seed = ($seed * 1103515245 + 12345) & 0x7fffffff; return ($seed >> 16) % $_[0] }
my @words = map { join '', map { chr(97 + rnd(26)) } 1 .. 3 + rnd(6) } 1 .. 200;
my %count; $count{$words[rnd(200)]}++ for 1 .. 120000;
my $text = join ' ', map { "$_$count{$_}" } sort keys %count; my $sum = 0;
for (1 .. 60) { while ($text =~ /([a-z]+)(\d+)/g) { $sum += length($1) * $2 } }
(my $copy = $text) =~ s/([aeiou])(\w)/\u$2$1/g; $copy =~ tr/a-m/n-z/;
sub fib { my $n = shift; return $n < 2 ? $n : fib($n - 1) + fib($n - 2) }
my @sorted = sort { $count{$b} <=> $count{$a} or $a cmp $b } keys %count;
my $rows = ''; $rows .= sprintf("%05d,%s,%x\n", $_, $words[$_ % 200], $_ * 7919) for 1 .. 40000;
my $fields = 0; for my $line (split /\n/, $rows) { my @f = split /,/, $line; $fields += @f + length $f[1] }
print "$sum ", fib(20), " $sorted[0] $fields ", substr($copy, 0, 30), ' ', unpack('%32C*', $rows), "\n";
