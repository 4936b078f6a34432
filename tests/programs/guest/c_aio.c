// Asynchronous input and output: blocks of all kinds, and what comes back of them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }

static aio_context_t context;

static long submit(long count, struct iocb **blocks) { return syscall(SYS_io_submit, context, count, blocks); }

static struct iocb block(int operation, int fd, void *buffer, size_t count, long offset) {
    return (struct iocb){.aio_data = 0x1122334455667788 + operation, .aio_lio_opcode = operation, .aio_fildes = fd,
                         .aio_buf = (uintptr_t)buffer, .aio_nbytes = count, .aio_offset = offset, .aio_key = 99};
}

// Submits one block and shows its event.
static void one(const char *what, struct iocb request) {
    struct iocb *list[] = {&request}, before = request;
    struct io_event event = {0};
    struct timespec limit = {60, 0};
    long submitted = submit(1, list);
    printf("%s: %s", what, name(submitted));
    if (submitted == 1) {
        long got = syscall(SYS_io_getevents, context, 1, 1, &event, &limit);
        printf(", events %ld, result %lld, is of it %d, data %d", got, (long long)event.res,
               event.obj == (uintptr_t)&request, event.data == request.aio_data);
    }
    before.aio_key = request.aio_key;
    printf(", block kept %d\n", memcmp(&before, &request, sizeof before) == 0);
}

static void nothing(int signal) { (void)signal; }

int main(void) {
    char data[] = "the quick brown fox", back[32] = {0}, left[8] = {0}, right[32] = {0};
    printf("setup %s\n", name(syscall(SYS_io_setup, 16, &context)));
    if (context == 0) return 0;
    printf("again %s\n", name(syscall(SYS_io_setup, 16, &context)));
    int file = open("aio", O_RDWR | O_CREAT | O_TRUNC, 0600);
    one("write", block(IOCB_CMD_PWRITE, file, data, 19, 0));
    one("read", block(IOCB_CMD_PREAD, file, back, 9, 4));
    printf("read: %s\n", back);
    struct iovec in[2] = {{left, 3}, {right, 31}}, out[2] = {{"jumps ", 6}, {"over", 4}};
    one("writev", block(IOCB_CMD_PWRITEV, file, out, 2, 20));
    one("readv", block(IOCB_CMD_PREADV, file, in, 2, 0));
    printf("read: %s|%.5s|%s\n", left, right, right + 17);
    one("sync", block(IOCB_CMD_FSYNC, file, NULL, 0, 0));
    one("bad descriptor", block(IOCB_CMD_PREAD, -1, back, 9, 0));
    one("bad operation", block(77, file, back, 9, 0));
    one("bad address", block(IOCB_CMD_PREAD, file, (void *)8, 9, 0));
    one("bad vectors", block(IOCB_CMD_PREADV, file, (void *)8, 2, 0));

    int counter = eventfd(0, 0);
    struct iocb told = block(IOCB_CMD_PREAD, file, back, 4, 0);
    told.aio_flags = IOCB_FLAG_RESFD;
    told.aio_resfd = counter;
    one("with counter", told);
    uint64_t value = 0;
    printf("counted %zd", read(counter, &value, 8));
    printf(" %llu\n", (unsigned long long)value);

    int ends[2];
    if (pipe(ends)) return 1;
    struct iocb waits = block(IOCB_CMD_POLL, ends[0], (void *)POLLIN, 0, 0), reads = block(IOCB_CMD_PREAD, file, back, 5, 0),
                bad = block(IOCB_CMD_PREAD, -1, back, 5, 0), *list[] = {&waits, &reads, &bad};
    printf("three, one bad: %ld\n", submit(3, list));
    struct io_event events[4] = {{0}};
    struct timespec none = {0, 0};
    printf("events %ld\n", syscall(SYS_io_getevents, context, 1, 4, events, &none));
    printf("the read: %d %lld\n", events[0].obj == (uintptr_t)&reads, (long long)events[0].res);
    // A signal that only the wait lets through.
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    signal(SIGUSR1, nothing);
    sigprocmask(SIG_BLOCK, &mask, &old);
    raise(SIGUSR1);
    sigdelset(&old, SIGUSR1);
    struct { const void *set; size_t size; } let = {&old, 8};
    printf("interrupted: %s\n", name(syscall(SYS_io_pgetevents, context, 1, 4, events, NULL, &let)));
    if (write(ends[1], "x", 1) != 1) return 1;
    printf("events %ld\n", syscall(SYS_io_pgetevents, context, 1, 4, events, NULL, NULL));
    printf("the poll: %d %lld\n", events[0].obj == (uintptr_t)&waits, (long long)events[0].res);
    printf("cancel: %s\n", name(syscall(SYS_io_cancel, context, &reads, events)));
    printf("none: %ld\n", submit(0, NULL));
    printf("negative: %s\n", name(submit(-1, NULL)));
    printf("no such context: %s\n", name(syscall(SYS_io_submit, context + 8, 1, list)));
    printf("destroy %s\n", name(syscall(SYS_io_destroy, context)));
    printf("destroy %s\n", name(syscall(SYS_io_destroy, context)));
    return 0;
}
