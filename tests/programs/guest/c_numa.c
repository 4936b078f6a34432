// Memory policies: sets of nodes go to the kernel and come back.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name(what))

static void show_policy(void *address, int flags) {
    unsigned long nodes[17];
    int mode = -1;
    memset(nodes, 0xff, sizeof nodes);
    // A mask of 1024 nodes: the word behind it stays.
    long result = syscall(SYS_get_mempolicy, &mode, nodes, 1025, address, flags);
    printf("policy: %s, mode %d, nodes %#lx %#lx, behind %#lx\n", name(result), mode, nodes[0], nodes[15], nodes[16]);
}

int main(void) {
    unsigned long first = 1, second = 2, none = 0;
    long page = sysconf(_SC_PAGESIZE);
    SHOW(syscall(SYS_set_mempolicy, MPOL_BIND, &first, 64));
    show_policy(NULL, 0);
    SHOW(syscall(SYS_set_mempolicy, MPOL_PREFERRED | MPOL_F_STATIC_NODES, &first, 2));
    show_policy(NULL, 0);
    SHOW(syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0));
    show_policy(NULL, 0);
    show_policy(NULL, MPOL_F_MEMS_ALLOWED);
    SHOW(syscall(SYS_set_mempolicy, MPOL_BIND, &none, 64));
    SHOW(syscall(SYS_set_mempolicy, MPOL_BIND, &second, 2));
    SHOW(syscall(SYS_set_mempolicy, 99, &first, 64));
    SHOW(syscall(SYS_set_mempolicy, MPOL_BIND, &first, 1000000));
    SHOW(syscall(SYS_set_mempolicy, MPOL_BIND, (void *)1, 64));

    char *memory = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 1, 2 * page);
    SHOW(syscall(SYS_mbind, memory, 4 * page, MPOL_BIND, &first, 64, 0));
    show_policy(memory, MPOL_F_ADDR);
    SHOW(syscall(SYS_mbind, memory + 1, page, MPOL_BIND, &first, 64, 0));
    SHOW(syscall(450 /* set_mempolicy_home_node */, memory, 4 * page, 0, 0));
    int mode = -1;
    SHOW(syscall(SYS_get_mempolicy, &mode, NULL, 0, memory, MPOL_F_NODE | MPOL_F_ADDR));
    printf("node %d\n", mode);

    void *pages[4] = {memory, memory + page, memory + 2 * page, (void *)8};
    int to[4] = {0, 0, 0, 0}, status[4] = {77, 77, 77, 77};
    SHOW(syscall(SYS_move_pages, 0, 4, pages, NULL, status, 0));
    printf("status %d %d %d %d\n", status[0], status[1], status[2], status[3]);
    SHOW(syscall(SYS_move_pages, 0, 2, pages, to, status, MPOL_MF_MOVE));
    printf("status %d %d\n", status[0], status[1]);
    SHOW(syscall(SYS_migrate_pages, 0, 64, &first, &first));
    SHOW(syscall(SYS_migrate_pages, 0, 64, &first, &second));
    printf("kept: %d\n", memory[2 * page - 1]);
    return 0;
}
