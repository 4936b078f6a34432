// Landlock: a process gives itself rules for files, ports and what it executes.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { EXECUTE = 1, WRITE_FILE = 2, READ_FILE = 4, MAKE_REG = 1 << 8, BIND_TCP = 1 };
enum { PATH_BENEATH = 1, NET_PORT = 2 };

struct ruleset { uint64_t files, ports, scoped; };
struct path_rule { uint64_t access; int32_t folder; } __attribute__((packed));
struct port_rule { uint64_t access, port; };

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name((long)(what)))

static int rules(uint64_t files, uint64_t ports) {
    struct ruleset set = {files, ports, 0};
    return syscall(CREATE_RULESET, &set, ports ? 16 : 8, 0);
}

static long allow(int set, const char *folder, uint64_t access) {
    struct path_rule rule = {access, open(folder, O_PATH | O_CLOEXEC)};
    long result = syscall(ADD_RULE, set, PATH_BENEATH, &rule, 0);
    int error = errno;
    close(rule.folder);
    errno = error;
    return result;
}

static long restrict_self(int set) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(RESTRICT_SELF, set, 0);
}

static int try(const char *path, int flags) {
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);
    return fd;
}

static void in_child(void (*what)(void)) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        what();
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, &status, 0);
    printf("child: %#x\n", status);
}

static void files(void) {
    int set = rules(EXECUTE | READ_FILE | WRITE_FILE | MAKE_REG, 0);
    SHOW(set);
    SHOW(allow(set, ".", READ_FILE));
    SHOW(allow(set, "tree", READ_FILE | WRITE_FILE));
    SHOW(allow(set, ".", 1 << 12));
    SHOW(restrict_self(set));
    SHOW(try("text.txt", O_RDONLY));
    SHOW(try("text.txt", O_WRONLY));
    SHOW(try("new", O_WRONLY | O_CREAT));
    SHOW(try("/etc/passwd", O_RDONLY));
    SHOW(execl("/usr/bin/true", "true", NULL));
}

static void ports(void) {
    int set = rules(0, BIND_TCP), sock = socket(AF_INET, SOCK_STREAM, 0);
    struct port_rule rule = {BIND_TCP, 0};
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    SHOW(set);
    SHOW(syscall(ADD_RULE, set, NET_PORT, &rule, 0));
    SHOW(restrict_self(set));
    any.sin_port = htons(45871);
    SHOW(bind(sock, (void *)&any, sizeof any));
    any.sin_port = 0;
    SHOW(bind(sock, (void *)&any, sizeof any));
}

static void programs(void) {
    int set = rules(EXECUTE | READ_FILE | WRITE_FILE, 0);
    SHOW(allow(set, "/", EXECUTE | READ_FILE));
    SHOW(restrict_self(set));
    fflush(stdout);
    execl("/usr/bin/echo", "echo", "executed", NULL);
    puts("not executed");
}

int main(void) {
    // Linux 6.14: the emulator asks the kernel what may be executed, and has no Landlock where it cannot.
    char *check[] = {"check", NULL};
    SHOW(syscall(SYS_execveat, AT_FDCWD, "/", check, check + 1, 0x10000));
    if (errno == EINVAL) return 0;
    SHOW(syscall(SYS_execveat, AT_FDCWD, "/usr/bin/true", check, check + 1, 0x10000));
    SHOW(syscall(SYS_execveat, AT_FDCWD, "text.txt", check, check + 1, 0x10000));
    SHOW(syscall(SYS_execveat, AT_FDCWD, "/usr/bin/true", check, check + 1, 0x20000));
    printf("version %ld\n", syscall(CREATE_RULESET, NULL, 0, 1));
    struct ruleset set = {0};
    SHOW(syscall(CREATE_RULESET, &set, 4, 0));
    SHOW(syscall(CREATE_RULESET, &set, 8, 0));
    SHOW(syscall(CREATE_RULESET, &set, 100000, 0));
    SHOW(syscall(CREATE_RULESET, NULL, 8, 0));
    SHOW(syscall(ADD_RULE, 0, PATH_BENEATH, &set, 0));
    SHOW(syscall(ADD_RULE, rules(READ_FILE, 0), 99, &set, 0));
    SHOW(syscall(RESTRICT_SELF, -1, 0));
    in_child(files);
    in_child(ports);
    in_child(programs);
    return 0;
}
