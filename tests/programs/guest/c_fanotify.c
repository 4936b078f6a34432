// fanotify: records of what happens to files, and answers to what is asked before it happens.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name(what))

static char buffer[4096] __attribute__((aligned(8)));

static void show(int watch) {
    ssize_t length = read(watch, buffer, sizeof buffer);
    const struct fanotify_event_metadata *event = (const void *)buffer;
    printf("read %s\n", name(length));
    for (; length > 0 && FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
        printf("event: version %d, mask %#llx, own %d, descriptor %d\n", event->vers, (unsigned long long)event->mask,
               event->pid == getpid(), event->fd >= 0);
        if (event->fd >= 0) close(event->fd);
        const char *end = (const char *)event + event->event_len, *at = (const char *)event + event->metadata_len;
        while (at < end) {
            const struct fanotify_event_info_fid *info = (const void *)at;
            const struct file_handle *handle = (const void *)info->handle;
            const char *file = (const char *)handle->f_handle + handle->handle_bytes;
            printf("info %d: handle of %u, kind %#x, name %s\n", info->hdr.info_type, handle->handle_bytes,
                   handle->handle_type, info->hdr.info_type == FAN_EVENT_INFO_TYPE_FID ? "-" : file);
            at += info->hdr.len;
        }
    }
}

static void *open_it(void *path) {
    int fd = open(path, O_RDONLY);
    const char *result = name(fd);
    if (fd >= 0) close(fd);
    return (void *)result;
}

static void ask(int watch, const char *path, uint32_t answer) {
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, open_it, (void *)path);
    if (read(watch, buffer, sizeof buffer) < 0) return;
    const struct fanotify_event_metadata *event = (const void *)buffer;
    struct fanotify_response response = {event->fd, answer};
    printf("asked %#llx, answered %s\n", (unsigned long long)event->mask,
           name(write(watch, &response, sizeof response)));
    close(event->fd);
    pthread_join(thread, &result);
    printf("opened: %s\n", (const char *)result);
}

int main(void) {
    mkdir("watched", 0700);
    int watch = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_REPORT_DFID_NAME, O_RDONLY);
    SHOW(watch);
    SHOW(fanotify_mark(watch, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_CREATE | FAN_DELETE | FAN_ONDIR, AT_FDCWD, "watched"));
    SHOW(fanotify_mark(watch, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_CREATE, AT_FDCWD, "text.txt"));
    SHOW(fanotify_mark(watch, FAN_MARK_ADD, FAN_CREATE, AT_FDCWD, "nowhere"));
    close(creat("watched/one", 0600));
    mkdir("watched/two", 0700);
    unlink("watched/one");
    show(watch);
    close(watch);

    watch = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY);
    SHOW(fanotify_mark(watch, FAN_MARK_ADD, FAN_OPEN | FAN_MODIFY, AT_FDCWD, "text.txt"));
    int file = open("text.txt", O_WRONLY | O_APPEND);
    if (write(file, "x", 1) != 1) return 1;
    close(file);
    show(watch);
    close(watch);

    watch = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_LARGEFILE);
    SHOW(watch);
    if (watch < 0) return 0;
    SHOW(fanotify_mark(watch, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, "text.txt"));
    ask(watch, "text.txt", FAN_ALLOW);
    ask(watch, "text.txt", FAN_DENY);
    struct fanotify_response unknown = {123, FAN_ALLOW};
    SHOW(write(watch, &unknown, sizeof unknown));
    return 0;
}
