// Keys of the kernel: made, found, read, in rings whose contents are numbers of keys.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/keyctl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name(what))

static long control(int operation, long a, long b, long c, long d) {
    return syscall(SYS_keyctl, operation, a, b, c, d);
}

static int32_t add(const char *type, const char *text, const char *data, int ring) {
    return syscall(SYS_add_key, type, text, data, data ? strlen(data) : 0, ring);
}

int main(void) {
    char text[64] = {0};
    int32_t ring = add("keyring", "momonga-test", NULL, KEY_SPEC_PROCESS_KEYRING);
    int32_t first = add("user", "first", "one", ring), second = add("user", "second", "two!", ring);
    SHOW(ring);
    SHOW(first);
    SHOW(second);
    SHOW(add("no such type", "x", "y", ring));

    // Older kernels store what there is room for, newer ones nothing.
    int32_t keys[4] = {-1, -1, -1, -1};
    printf("ring needs %ld\n", control(KEYCTL_READ, ring, 0, 0, 0));
    printf("ring needs %ld\n", control(KEYCTL_READ, ring, (long)keys, 4, 0));
    printf("behind: %d\n", keys[1]);
    printf("ring has %ld\n", control(KEYCTL_READ, ring, (long)keys, sizeof keys, 0));
    printf("both are there: %d\n", (keys[0] == first && keys[1] == second) || (keys[0] == second && keys[1] == first));
    printf("behind: %d\n", keys[2]);

    printf("first: %ld", control(KEYCTL_READ, first, (long)text, sizeof text, 0));
    printf(" %s\n", text);
    long length = control(KEYCTL_DESCRIBE, second, (long)text, sizeof text, 0);
    printf("described: %d %.5s %s\n", length > 0, text, strrchr(text, ';'));
    printf("found: %d\n", control(KEYCTL_SEARCH, ring, (long)"user", (long)"second", 0) == second);
    printf("requested: %d\n", syscall(SYS_request_key, "user", "first", NULL, 0) == first);
    SHOW(syscall(SYS_request_key, "user", "nowhere", NULL, 0));
    SHOW(control(KEYCTL_UPDATE, first, (long)"changed", 7, 0));
    printf("first: %ld", control(KEYCTL_READ, first, (long)text, sizeof text, 0));
    printf(" %.7s\n", text);
    SHOW(control(KEYCTL_SETPERM, first, 0x3f000000, 0, 0));
    SHOW(control(KEYCTL_REVOKE, first, 0, 0, 0));
    SHOW(control(KEYCTL_READ, first, (long)text, sizeof text, 0));
    SHOW(control(KEYCTL_UNLINK, second, ring, 0, 0));
    SHOW(control(KEYCTL_CLEAR, ring, 0, 0, 0));
    printf("ring has %ld\n", control(KEYCTL_READ, ring, (long)keys, sizeof keys, 0));

    unsigned char abilities[4] = {0};
    printf("abilities %ld: ", control(KEYCTL_CAPABILITIES, (long)abilities, sizeof abilities, 0, 0));
    printf("%x %x %x %x\n", abilities[0], abilities[1], abilities[2], abilities[3]);
    struct iovec parts[2] = {{"ab", 2}, {"cd", 2}};
    SHOW(control(KEYCTL_INSTANTIATE_IOV, second, (long)parts, 2, 0));
    struct keyctl_dh_params numbers = {{1}, 2, 3};
    SHOW(control(KEYCTL_DH_COMPUTE, (long)&numbers, (long)text, sizeof text, 0));
    struct keyctl_pkey_query query;
    SHOW(control(KEYCTL_PKEY_QUERY, second, 0, (long)"", (long)&query));
    SHOW(control(99, 0, 0, 0, 0));
    return 0;
}
