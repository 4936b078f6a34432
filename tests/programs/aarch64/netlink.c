/*
 * Netlink beyond the routing family: sockets by inet_diag, families of generic netlink, events of the kernel. In the host's
 * byte order all of it is the host's own.
 */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[1 << 16];

static long ask(int sock, void *message, size_t length)
{
    struct nlmsghdr *head = message;
    head->nlmsg_len = length;
    if (send(sock, message, length, 0) != (ssize_t)length)
        return -1;
    return recv(sock, answer, sizeof answer, 0);
}

/* Finds a listening socket of ours by its port. */
static int find_listener(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
    bind(listener, (void *)&address, size);
    listen(listener, 5);
    getsockname(listener, (void *)&address, &size);

    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {{.nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                 {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = 1 << 10}};
    int length = ask(sock, &request, sizeof request);
    int found = 0;
    while (length > 0) {
        for (const struct nlmsghdr *one = (void *)answer; NLMSG_OK(one, (unsigned)length); one = NLMSG_NEXT(one, length)) {
            const struct inet_diag_msg *about = NLMSG_DATA(one);
            if (one->nlmsg_type != SOCK_DIAG_BY_FAMILY)
                return found;
            found += about->id.idiag_sport == address.sin_port && about->idiag_wqueue == 5;
        }
        length = recv(sock, answer, sizeof answer, 0);
    }
    return -1;
}

/* The number of the family that tells of families. */
static int find_family(void)
{
    struct {
        struct nlmsghdr head;
        struct genlmsghdr body;
        struct nlattr attribute;
        char name[8];
    } request = {{.nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST},
                 {.cmd = CTRL_CMD_GETFAMILY, .version = 1},
                 {4 + 7, CTRL_ATTR_FAMILY_NAME},
                 "nlctrl"};
    int sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    long length = ask(sock, &request, sizeof request);
    const char *at = answer + NLMSG_HDRLEN + GENL_HDRLEN;
    while (at < answer + length) {
        const struct nlattr *attribute = (const void *)at;
        if (attribute->nla_type == CTRL_ATTR_FAMILY_ID)
            return *(const unsigned short *)(at + NLA_HDRLEN);
        at += NLA_ALIGN(attribute->nla_len);
    }
    return -1;
}

int main(void)
{
    struct sockaddr_nl events = {.nl_family = AF_NETLINK, .nl_groups = 1};
    printf("listeners: %d\n", find_listener());
    printf("nlctrl: %#x\n", find_family());
    printf("events: %d\n", bind(socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT), (void *)&events, sizeof events));
    return 0;
}
