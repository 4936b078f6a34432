import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** What a Java machine does: compiled code, exceptions by signals, garbage, threads. */
public class Program {
    static int counter;

    record Node(int value) {}

    static synchronized void count() {
        counter++;
    }

    static int forever(int n) {
        return forever(n + 1) + 1;
    }

    static void tell(Callable<?> what) {
        try {
            System.out.println(what.call());
        } catch (Exception | StackOverflowError error) {
            System.out.println(error.getClass().getName() + " " + error.getMessage());
        }
    }

    /** Null pointers, stack overflow and division by zero are signals of the machine. */
    static void exceptions() {
        int caught = 0;
        for (int i = 0; i < 20000; i++) {
            Node node = i % 100 == 0 ? null : new Node(i);
            try {
                counter += node.value() & 0;
            } catch (NullPointerException error) {
                caught++;
            }
        }
        System.out.println("null pointers: " + caught);
        int zero = caught - 200;
        Object text = "text";
        tell(() -> forever(0));
        tell(() -> 1 / zero);
        tell(() -> new int[] {1, 2, 3}[zero + 3]);
        tell(() -> (Integer) text);
        tell(() -> new int[zero - 1]);
    }

    static void garbage() {
        List<byte[]> kept = new ArrayList<>();
        long total = 0;
        for (int i = 0; i < 60000; i++) {
            byte[] bytes = new byte[1024 + i % 512];
            total += bytes.length;
            if (i % 100 == 0) {
                kept.add(bytes);
            }
            if (kept.size() > 300) {
                kept.clear();
            }
        }
        System.gc();
        System.out.println("allocated: " + total);
    }

    static void threads() throws Exception {
        var pool = Executors.newFixedThreadPool(4);
        List<Future<Long>> sums = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int mask = t;
            sums.add(pool.submit(() -> {
                long sum = 0;
                for (int i = 0; i < 200000; i++) {
                    sum += i ^ mask;
                    if (i % 100 == 0) {
                        count();
                    }
                }
                return sum;
            }));
        }
        long sum = 0;
        for (Future<Long> each : sums) {
            sum += each.get();
        }
        pool.shutdown();
        System.out.println("threads: " + sum + " " + counter);
        System.out.println(IntStream.range(0, 1000).parallel().boxed().collect(Collectors.summingLong(i -> i * i)));
    }

    static void interruption() throws Exception {
        Thread sleeper = new Thread(() -> {
            try {
                Thread.sleep(100000);
            } catch (InterruptedException error) {
                System.out.println("interrupted");
            }
        });
        sleeper.start();
        Thread.sleep(20);
        sleeper.interrupt();
        sleeper.join();
    }

    static void numbers() throws Exception {
        double sum = 0;
        for (int i = 1; i < 100000; i++) {
            sum += Math.sin(i) / i + Math.sqrt(i) - (float) i * 0.1f;
        }
        System.out.printf("%.9f %s %s %d%n", sum, 1e-310, Float.MIN_VALUE, (int) Double.NaN);
        System.out.println(new BigInteger("7").pow(300).mod(new BigInteger("1000000007")));
        Map<String, Integer> words = new TreeMap<>();
        for (String word : "a b c a b a".split(" ")) {
            words.merge(word, 1, Integer::sum);
        }
        System.out.println(words);
        byte[] bytes = "momonga ".repeat(5000).getBytes();
        CRC32 crc = new CRC32();
        crc.update(bytes);
        System.out.println(crc.getValue());
        System.out.println(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    }

    public static void main(String[] args) throws Exception {
        System.out.println("Java " + Runtime.version().feature());
        exceptions();
        garbage();
        threads();
        interruption();
        numbers();
        System.out.println(new Throwable().getStackTrace()[0].getMethodName());
    }
}
