/* Sockets, socket options, messages with descriptors, poll, select, epoll, eventfd, timerfd. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void tcp(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4))
        exit(1);
    getsockname(listener, (struct sockaddr *)&address, &size);
    fflush(stdout);
    if (fork() == 0) {
        char text[32];
        int client = socket(AF_INET, SOCK_STREAM, 0);
        struct timeval limit = {.tv_sec = 60};
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(client, (struct sockaddr *)&address, size))
            _exit(1);
        ssize_t got = recv(client, text, sizeof text, 0);
        got = send(client, text, got, MSG_NOSIGNAL);
        shutdown(client, SHUT_WR);
        _exit(got == 5 ? 0 : 2);
    }
    int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC), status;
    char text[32] = "";
    struct iovec parts[2] = {{"mom", 3}, {"on", 2}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    printf("sent %zd\n", sendmsg(peer, &message, 0));
    ssize_t got = recv(peer, text, sizeof text, MSG_WAITALL);
    printf("got %zd %s\n", got, text);
    wait(&status);
    printf("tcp child %d family %d\n", status, address.sin_family);
}

static void descriptors(void) {
    int pair[2], ends[2];
    char space[CMSG_SPACE(sizeof(int))] = "", byte = 'b';
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || pipe(ends))
        exit(1);
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(control), &ends[1], sizeof(int));
    printf("sendmsg %zd\n", sendmsg(pair[0], &message, 0));
    memset(space, 0, sizeof space);
    message.msg_controllen = sizeof space;
    printf("recvmsg %zd\n", recvmsg(pair[1], &message, 0));
    int received;
    control = CMSG_FIRSTHDR(&message);
    memcpy(&received, CMSG_DATA(control), sizeof received);
    ssize_t got = write(received, "z", 1);
    printf("passed %zd", got);
    got = read(ends[0], &byte, 1);
    printf(" %zd %c\n", got, byte);
}

static void waiting(void) {
    int events = eventfd(5, EFD_NONBLOCK), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    uint64_t value = 0;
    struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
    struct pollfd polled[2] = {{.fd = events, .events = POLLIN}, {.fd = timer, .events = POLLIN}};
    int ready = poll(polled, 1, 60000);
    printf("poll %d %x\n", ready, polled[0].revents);
    ssize_t got = read(events, &value, 8);
    printf("eventfd %zd %d\n", got, (int)value);
    got = read(events, &value, 8);
    printf("empty %zd %s\n", got, strerrorname_np(errno));
    timerfd_settime(timer, 0, &soon, NULL);
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(timer, &readable);
    struct timeval limit = {.tv_sec = 60};
    ready = select(timer + 1, &readable, NULL, NULL, &limit);
    printf("select %d %d\n", ready, FD_ISSET(timer, &readable) != 0);
    got = read(timer, &value, 8);
    printf("timer %zd %d\n", got, value >= 1);
    int set = epoll_create1(0);
    struct epoll_event one = {.events = EPOLLIN, .data.u64 = 0x1122334455667788}, found;
    epoll_ctl(set, EPOLL_CTL_ADD, events, &one);
    printf("epoll %d", epoll_wait(set, &found, 1, 0));
    value = 1;
    printf(" %zd", write(events, &value, 8));
    ready = epoll_wait(set, &found, 1, 60000);
    printf(" %d %x %llx\n", ready, found.events, (unsigned long long)found.data.u64);
}

/* The C library asks the kernel by netlink. */
static void interfaces(void) {
    struct ifaddrs *list, *item;
    char text[INET6_ADDRSTRLEN];
    if (getifaddrs(&list)) {
        perror("getifaddrs");
        exit(1);
    }
    for (item = list; item; item = item->ifa_next) {
        struct sockaddr *address = item->ifa_addr;
        int family = address ? address->sa_family : -1;
        const void *number = family == AF_INET ? (void *)&((struct sockaddr_in *)address)->sin_addr
                                               : (void *)&((struct sockaddr_in6 *)address)->sin6_addr;
        if (family != AF_INET && family != AF_INET6)
            number = NULL;
        printf("%s %u flags %#x family %d %s\n", item->ifa_name, if_nametoindex(item->ifa_name),
               item->ifa_flags, family,
               number ? inet_ntop(family, number, text, sizeof text) : "-");
    }
    freeifaddrs(list);
}

/* A program in the kernel lets only messages through whose first two bytes are "ok". */
static void filter(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'o' << 8 | 'k', 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {4, code}, none = {0, code}, bad = {4, (struct sock_filter *)8};
    int ends[2];
    char text[8] = "";
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends)) return;
    printf("filter %d", setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    printf(" %d", setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &none, sizeof none));
    printf(" %s", errno == EINVAL ? "EINVAL" : "");
    printf(" %d", setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &bad, sizeof bad));
    printf(" %s", errno == EFAULT ? "EFAULT" : "");
    printf(" %d\n", setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, 8));
    printf("sent %d", (int)send(ends[0], "no", 2, 0));
    printf(" received %d", (int)recv(ends[1], text, sizeof text, 0));
    printf(" sent %d", (int)send(ends[0], "ok 7", 5, 0));
    printf(" received %d", (int)recv(ends[1], text, sizeof text, 0));
    printf(" %s\n", text);
}

int main(void) {
    interfaces();
    filter();
    int type;
    socklen_t size = sizeof type;
    tcp();
    descriptors();
    waiting();
    int datagrams = socket(AF_UNIX, SOCK_DGRAM, 0);
    getsockopt(datagrams, SOL_SOCKET, SO_TYPE, &type, &size);
    printf("type %d size %d\n", type, (int)size);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};
    printf("bind %d\n", bind(datagrams, (struct sockaddr *)&name, sizeof name));
    int refused = connect(datagrams, (struct sockaddr *)&name, 1);
    printf("connect %s\n", refused ? strerrorname_np(errno) : "0");
    return 0;
}
