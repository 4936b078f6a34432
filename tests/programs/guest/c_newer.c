// Calls of newer kernels that tell of files, mounts and security modules.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { CACHESTAT = 451, STATMOUNT = 457, LISTMOUNT = 458, LSM_GET = 459, LSM_SET = 460, LSM_LIST = 461 };
enum { SETXATTRAT = 463, GETXATTRAT = 464, LISTXATTRAT = 465, REMOVEXATTRAT = 466, FILE_GETATTR = 468, FILE_SETATTR = 469 };

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name(what))

static void cache(void) {
    struct { uint64_t offset, length; } range = {0, 0};
    struct { uint64_t cached, dirty, written, evicted, recently; } state = {9, 9, 9, 9, 9};
    int file = open("cached", O_RDWR | O_CREAT, 0600);
    char page[8192] = {0};
    if (write(file, page, sizeof page) != sizeof page) return;
    SHOW(syscall(CACHESTAT, file, &range, &state, 0));
    printf("cached %ld\n", (long)state.cached);
    SHOW(syscall(CACHESTAT, -1, &range, &state, 0));
    SHOW(syscall(CACHESTAT, file, &range, &state, 1));
}

struct mount_request { uint32_t size, spare; uint64_t id, param, space; };
struct mount_state {
    uint32_t size, options; uint64_t mask; uint32_t major, minor; uint64_t magic; uint32_t flags, type;
    uint64_t id, parent; uint32_t old_id, old_parent; uint64_t attributes, propagation, group, master, from;
    uint32_t root, point; uint64_t rest[50];
    char text[2048];
};

static void mounts(void) {
    struct stat file;
    struct statx now = {0};
    stat(".", &file);
    // STATX_MNT_ID_UNIQUE and STATX_MNT_ID.
    syscall(SYS_statx, AT_FDCWD, ".", 0, 0x4000, &now);
    uint64_t unique = now.stx_mnt_id;
    syscall(SYS_statx, AT_FDCWD, ".", 0, STATX_MNT_ID, &now);
    struct mount_request request = {24, 0, unique, 0x7f, 0};
    static struct mount_state state;
    SHOW(syscall(STATMOUNT, &request, &state, sizeof state, 0));
    printf("mount: %d %d %d %d\n", state.id == unique, state.old_id == now.stx_mnt_id,
           makedev(state.major, state.minor) == file.st_dev, state.size > 512 && state.size < sizeof state);
    printf("type %s, mask %#lx, flags %#x\n", state.text + state.type, (long)state.mask, state.flags);
    SHOW(syscall(STATMOUNT, &request, &state, 520, 0));
    SHOW(syscall(STATMOUNT, &request, &state, 16, 0));
    request.size = 16;
    SHOW(syscall(STATMOUNT, &request, &state, sizeof state, 0));
    request = (struct mount_request){24, 0, -1, 0, 0};
    static uint64_t ids[4096];
    long count = syscall(LISTMOUNT, &request, ids, 4096, 0), found = 0;
    for (long i = 0; i < count; i++) found += ids[i] == unique;
    printf("list: %d, found %ld\n", count > 0, found);
    request.param = unique - 1;
    printf("from there: %d\n", syscall(LISTMOUNT, &request, ids, 1, 0) == 1 && ids[0] == unique);
    request.id = 1;
    SHOW(syscall(LISTMOUNT, &request, ids, 1, 0));
}

static void modules(void) {
    uint64_t ids[64];
    uint32_t size = sizeof ids;
    long count = syscall(LSM_LIST, ids, &size, 0);
    printf("modules %ld in %u:", count, size);
    for (long i = 0; i < count; i++) printf(" %lu", (long)ids[i]);
    puts("");
    size = 4;
    SHOW(syscall(LSM_LIST, ids, &size, 0));
    printf("needed %u\n", size);
    static struct { uint64_t id, flags, length, used; char text[4000]; } context;
    size = sizeof context;
    SHOW(syscall(LSM_GET, 100, &context, &size, 0));
    printf("context: module %lu of %u bytes\n", (long)context.id, size);
    SHOW(syscall(LSM_SET, 100, &context, 8, 0));
    context.length = sizeof context;
    SHOW(syscall(LSM_SET, 100, &context, sizeof context, 0));
}

static void attributes(void) {
    struct { uint64_t value; uint32_t size, flags; } set = {(uintptr_t)"text", 4, 0}, get;
    char back[16] = {0};
    get.value = (uintptr_t)back;
    get.size = sizeof back;
    get.flags = 0;
    if (symlink("text.txt", "link")) return;
    SHOW(syscall(SETXATTRAT, AT_FDCWD, "link", 0, "user.x", &set, sizeof set));
    printf("%ld %s\n", syscall(GETXATTRAT, AT_FDCWD, "text.txt", 0, "user.x", &get, sizeof get), back);
    SHOW(syscall(GETXATTRAT, AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, "user.x", &get, sizeof get));
    SHOW(syscall(GETXATTRAT, AT_FDCWD, "link", 0, "user.x", &get, 8));
    memset(back, 0, sizeof back);
    printf("%ld", syscall(LISTXATTRAT, AT_FDCWD, "link", 0, back, sizeof back));
    printf(" %s\n", back);
    SHOW(syscall(REMOVEXATTRAT, AT_FDCWD, "link", 0, "user.x"));
    SHOW(syscall(REMOVEXATTRAT, AT_FDCWD, "link", 0, "user.x"));

    struct { uint64_t flags; uint32_t extent, extents, project, copied; } file = {9, 9, 9, 9, 9};
    SHOW(syscall(FILE_GETATTR, AT_FDCWD, "text.txt", &file, sizeof file, 0));
    printf("flags %#lx, project %u\n", (long)file.flags, file.project);
    file.flags |= 0x80;  // no time of access
    SHOW(syscall(FILE_SETATTR, AT_FDCWD, "text.txt", &file, sizeof file, 0));
    SHOW(syscall(FILE_GETATTR, AT_FDCWD, "text.txt", &file, sizeof file, 0));
    printf("flags %#lx\n", (long)file.flags);
    SHOW(syscall(FILE_GETATTR, AT_FDCWD, "nowhere", &file, sizeof file, 0));
    SHOW(syscall(FILE_GETATTR, AT_FDCWD, "text.txt", &file, 8, 0));
}

static void memory(void) {
    long page = sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec parts[2] = {{pages, page}, {pages + page, page}};
    int self = syscall(SYS_pidfd_open, getpid(), 0);
    memset(pages, 7, 2 * page);
    printf("advised %d\n", syscall(SYS_process_madvise, self, parts, 2, MADV_COLD, 0) == 2 * page);
    SHOW(syscall(SYS_process_madvise, self, parts, 2, 99, 0));
    SHOW(syscall(SYS_process_madvise, -1, parts, 2, MADV_COLD, 0));
    SHOW(syscall(448 /* process_mrelease */, self, 0));
    int secret = syscall(447 /* memfd_secret */, 0);
    SHOW(secret);
    if (secret >= 0 && ftruncate(secret, page) == 0) {
        char *hidden = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, secret, 0);
        strcpy(hidden, "hidden");
        puts(hidden);
    }
}

// AT_HANDLE_MNT_ID_UNIQUE (Linux 6.12) makes the mount id a word of 64 bits; with too little room there is still an id.
static void handles(void) {
    struct { struct file_handle head; char bytes[128]; } handle = {{.handle_bytes = 128}};
    struct statx now = {0};
    struct { int id, behind; } mount = {9, 9};
    uint64_t unique[2] = {9, 9};
    syscall(SYS_statx, AT_FDCWD, ".", 0, STATX_MNT_ID, &now);
    SHOW(name_to_handle_at(AT_FDCWD, ".", &handle.head, &mount.id, 0));
    printf("mount %d, behind it %d\n", mount.id == (int)now.stx_mnt_id, mount.behind);
    mount.id = 9;
    handle.head.handle_bytes = 0;
    SHOW(name_to_handle_at(AT_FDCWD, ".", &handle.head, &mount.id, 0));
    printf("mount %d, behind it %d, room wanted %d\n", mount.id == (int)now.stx_mnt_id, mount.behind,
           handle.head.handle_bytes > 0);
    syscall(SYS_statx, AT_FDCWD, ".", 0, 0x4000, &now);
    handle.head.handle_bytes = 128;
    SHOW(name_to_handle_at(AT_FDCWD, ".", &handle.head, (int *)unique, 1));
    printf("mount %d, behind it %d\n", unique[0] == now.stx_mnt_id, (int)unique[1]);
    handle.head.handle_bytes = 129;
    SHOW(name_to_handle_at(AT_FDCWD, ".", &handle.head, &mount.id, 0));
}

static void links(void) {
    char *words[] = {"link", NULL};
    int folder = open("tree", O_PATH | O_DIRECTORY);
    if (symlink("/usr/bin/true", "program") || symlinkat("/usr/bin/true", folder, "program")) return;
    SHOW(syscall(SYS_execveat, AT_FDCWD, "program", words, words + 1, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_execveat, folder, "program", words, words + 1, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_execveat, folder, "", words, words + 1, 0));
    SHOW(syscall(SYS_execveat, folder, "", words, words + 1, AT_EMPTY_PATH));
    SHOW(syscall(SYS_execveat, AT_FDCWD, "program", words, words + 1, 1));
    unlink("program");
    unlinkat(folder, "program", 0);
}

int main(void) {
    links();
    cache();
    mounts();
    handles();
    modules();
    attributes();
    memory();
    SHOW(syscall(SYS_restart_syscall));
    return 0;
}
