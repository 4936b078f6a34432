// Exceptions through frames, destructors, threads and rethrow.
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Guard {
    explicit Guard(int depth) : depth(depth) {}
    ~Guard() { unwound += depth; }
    int depth;
    static thread_local int unwound;
};
thread_local int Guard::unwound = 0;

[[gnu::noinline]] static void dive(int depth) {
    Guard guard(depth);
    if (depth == 0) throw std::runtime_error("bottom");
    dive(depth - 1);
}

static void rethrow() {
    try {
        try {
            dive(10);
        } catch (const std::exception &error) {
            std::throw_with_nested(std::logic_error(std::string("outer of ") + error.what()));
        }
    } catch (const std::exception &outer) {
        std::printf("%s", outer.what());
        try {
            std::rethrow_if_nested(outer);
        } catch (const std::exception &inner) {
            std::printf(" / %s\n", inner.what());
        }
    }
}

static void in_thread(int depth, std::exception_ptr *slot) {
    try {
        dive(depth);
    } catch (...) {
        *slot = std::current_exception();
    }
}

int main() {
    rethrow();
    std::printf("unwound %d\n", Guard::unwound);

    std::vector<std::exception_ptr> slots(4);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) threads.emplace_back(in_thread, 100 * i, &slots[i]);
    for (auto &thread : threads) thread.join();
    for (auto &slot : slots) {
        try {
            std::rethrow_exception(slot);
        } catch (const std::runtime_error &error) {
            std::printf("from thread: %s\n", error.what());
        }
    }

    long caught = 0;
    for (int i = 0; i < 2000; i++) {
        try {
            if (i % 3 == 0) throw i;
            if (i % 3 == 1) throw std::make_unique<long>(i);
            throw 0.5 * i;
        } catch (int value) {
            caught += value;
        } catch (std::unique_ptr<long> &value) {
            caught += 2 * *value;
        } catch (double value) {
            caught += static_cast<long>(4 * value);
        }
    }
    std::printf("caught %ld\n", caught);
    std::vector<int> three(3);
    try {
        three.at(7) = 1;
    } catch (const std::out_of_range &) {
        std::puts("out of range");
    }
    return 7;
}
