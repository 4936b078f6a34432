//! The system calls: name, how they are done, and their arguments. The one list.
//!
//! A guest's numbers lead here by name. Arguments serve two purposes: a call that is passed
//! on to the host has them converted as they say ([`crate::marshal`]), and `--strace`
//! prints them.

use crate::errno::SysResult;
use crate::layout::{Layout, kernel as k};
use crate::process::{Args, Ctx};
use crate::sys::{
    aio, clock, clone, descriptor, epoll, exec, fanotify, fcntl, file, futex, futex2, guarded,
    ioctl, ipc, key, landlock, lsm, memory, misc, mount, poll, prctl, process, signal, socket,
    stat, thread,
};

/// A handler.
pub type Handler = fn(&mut Ctx<'_>, &Args) -> SysResult;

/// How a call is done.
#[derive(Clone, Copy)]
pub enum How {
    /// By the host's call of this number, with arguments converted.
    Pass(i64),
    /// By a handler.
    Own(Handler),
    /// Answered with ENOSYS without a word: programs probe for these and do without.
    Refuse,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arg {
    /// Decimal number.
    Int,
    /// Flags and the like.
    Hex,
    /// File mode.
    Oct,
    /// File descriptor.
    Fd,
    /// File descriptor or `AT_FDCWD`.
    DirFd,
    /// Guest address, passed on as it is.
    Ptr,
    /// Path, looked up under the prefix, final link followed.
    Path,
    /// Path whose final link is not followed.
    Link,
    /// Path whose final link is followed unless the flags in that argument have `AT_SYMLINK_NOFOLLOW`.
    At(u8),
    /// String that is no path.
    Str,
    /// Flags of `open`.
    Open,
    /// Signal number.
    Signal,
    /// Structure the kernel reads.
    In(Layout),
    /// Structure the kernel writes.
    Out(Layout),
    /// Structure the kernel reads and writes.
    InOut(Layout),
    /// Array the kernel reads; the count is that argument.
    InArray(Layout, u8),
    /// Array the kernel writes; the count is the result.
    OutArray(Layout, u8),
    /// Array the kernel reads and writes; the count is that argument.
    InOutArray(Layout, u8),
    /// Structure the kernel reads, of as many bytes as that argument says: a cut or a repeated one.
    InSized(Layout, u8),
    /// The same that the kernel writes.
    OutSized(Layout, u8),
    /// Set of memory nodes the kernel reads: as many bits as that argument says, less one, in 64-bit words.
    InNodes(u8),
    /// The same that the kernel writes.
    OutNodes(u8),
    /// Array of `struct iovec` whose buffers the kernel writes; the count is that argument.
    Scatter(u8),
    /// Bytes the kernel reads; the length is that argument.
    Data(u8),
    /// Bytes the kernel writes; the length is that argument.
    Buffer(u8),
}

/// One system call.
pub struct Row {
    /// The kernel's name.
    pub name: &'static str,
    /// How it is done.
    pub how: How,
    /// Its arguments.
    pub args: &'static [Arg],
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! rows {
    ($($name:ident $kind:ident $($handler:path)? , [$($arg:expr),*];)*) => {
        /// All calls, sorted by name.
        pub static ROWS: &[Row] = &[$(
            Row { name: stringify!($name), how: rows!(@how $kind $name $($handler)?), args: &[$($arg),*] },
        )*];
    };
    (@how pass $name:ident) => { How::Pass(syscalls::x86_64::Sysno::$name as i64) };
    (@how own $name:ident $handler:path) => { How::Own($handler) };
    (@how none $name:ident) => { How::Refuse };
}

use Arg::{
    At, Buffer, Data, DirFd, Fd, Hex, In, InArray, InNodes, InOut, InOutArray, InSized, Int, Link,
    Oct, Open, Out, OutArray, OutNodes, OutSized, Path, Ptr, Scatter, Signal, Str,
};

/// Finds a call by name.
pub fn find(name: &str) -> Option<&'static Row> {
    position(name).map(|i| &ROWS[i])
}

/// Where in [`ROWS`] a call is.
pub fn position(name: &str) -> Option<usize> {
    ROWS.binary_search_by(|row| row.name.cmp(name)).ok()
}

rows! {
    _sysctl none, [];
    accept own socket::accept, [Fd, Ptr, Ptr];
    accept4 own socket::accept4, [Fd, Ptr, Ptr, Open];
    access pass, [Path, Oct];
    acct pass, [Path];
    add_key pass, [Str, Str, Data(3), Int, Int];
    adjtimex pass, [InOut(k::TIMEX)];
    afs_syscall none, [];
    alarm pass, [Int];
    bdflush none, [];
    bind own socket::bind, [Fd, Ptr, Int];
    bpf none, [];
    brk own memory::brk, [Ptr];
    cachestat pass, [Fd, In(k::CACHESTAT_RANGE), Out(k::CACHESTAT), Hex];
    capget own process::capget, [InOut(k::CAP_HEADER), Out(k::CAP_DATA)];
    capset own process::capset, [In(k::CAP_HEADER), In(k::CAP_DATA)];
    chdir pass, [Path];
    chmod pass, [Path, Oct];
    chown pass, [Path, Int, Int];
    chroot own exec::chroot, [Path];
    clock_adjtime pass, [Int, InOut(k::TIMEX)];
    clock_getres pass, [Int, Out(k::TIMESPEC)];
    clock_gettime own clock::clock_gettime, [Int, Out(k::TIMESPEC)];
    clock_nanosleep pass, [Int, Hex, In(k::TIMESPEC), Out(k::TIMESPEC)];
    clock_settime pass, [Int, In(k::TIMESPEC)];
    clone own clone::clone, [Ptr, Hex, Ptr, Ptr, Hex];
    clone3 own clone::clone3, [Ptr, Int];
    close own descriptor::close, [Fd];
    close_range own descriptor::close_range, [Int, Int, Hex];
    connect own socket::connect, [Fd, Ptr, Int];
    copy_file_range pass, [Fd, InOut(k::U64), Fd, InOut(k::U64), Int, Hex];
    creat own file::creat, [Path, Oct];
    create_module none, [];
    delete_module none, [];
    dup own descriptor::dup, [Fd];
    dup2 own descriptor::dup2, [Fd, Fd];
    dup3 own descriptor::dup3, [Fd, Fd, Open];
    epoll_create pass, [Int];
    epoll_create1 pass, [Open];
    epoll_ctl own epoll::ctl, [Fd, Int, Fd, Ptr];
    epoll_pwait own epoll::pwait, [Fd, Ptr, Int, Int, Ptr, Int];
    epoll_pwait2 own epoll::pwait2, [Fd, Ptr, Int, In(k::TIMESPEC), Ptr, Int];
    epoll_wait own epoll::wait, [Fd, Ptr, Int, Int];
    eventfd own descriptor::eventfd, [Int];
    eventfd2 own descriptor::eventfd2, [Int, Open];
    execve own exec::execve, [Path, Ptr, Ptr];
    execveat own exec::execveat, [DirFd, Path, Ptr, Ptr, Hex];
    exit own process::exit, [Int];
    exit_group own process::exit_group, [Int];
    faccessat pass, [DirFd, Path, Oct];
    faccessat2 pass, [DirFd, Path, Oct, Hex];
    fadvise64 pass, [Fd, Int, Int, Int];
    fallocate pass, [Fd, Hex, Int, Int];
    fanotify_init own fanotify::init, [Hex, Open];
    fanotify_mark own fanotify::mark, [Fd, Hex, Hex, DirFd, Path];
    fchdir pass, [Fd];
    fchmod pass, [Fd, Oct];
    fchmodat pass, [DirFd, Path, Oct];
    fchmodat2 pass, [DirFd, At(3), Oct, Hex];
    fchown pass, [Fd, Int, Int];
    fchownat pass, [DirFd, At(4), Int, Int, Hex];
    fcntl own fcntl::fcntl, [Fd, Int, Hex];
    fdatasync pass, [Fd];
    fgetxattr pass, [Fd, Str, Buffer(3), Int];
    file_getattr pass, [DirFd, At(4), OutSized(k::FILE_ATTR, 3), Int, Hex];
    file_setattr pass, [DirFd, At(4), InSized(k::FILE_ATTR, 3), Int, Hex];
    finit_module none, [];
    flistxattr pass, [Fd, Buffer(2), Int];
    flock pass, [Fd, Int];
    fork own clone::fork, [];
    fremovexattr pass, [Fd, Str];
    fsconfig pass, [Fd, Int, Str, Ptr, Int];
    fsetxattr pass, [Fd, Str, Data(3), Int, Hex];
    fsmount pass, [Fd, Hex, Hex];
    fsopen pass, [Str, Hex];
    fspick pass, [DirFd, Path, Hex];
    fstat own stat::fstat, [Fd, Ptr];
    fstatfs own stat::fstatfs, [Fd, Ptr];
    fstatfs64 own stat::fstatfs64, [Fd, Int, Ptr];
    fsync pass, [Fd];
    ftruncate pass, [Fd, Int];
    futex own futex::futex, [Ptr, Hex, Int, Ptr, Ptr, Hex];
    futex_requeue own futex2::requeue, [Ptr, Hex, Int, Int];
    futex_wait own futex2::wait, [Ptr, Int, Hex, Hex, In(k::TIMESPEC), Int];
    futex_waitv own futex2::waitv, [Ptr, Int, Hex, In(k::TIMESPEC), Int];
    futex_wake pass, [Ptr, Hex, Int, Hex];
    futimesat pass, [DirFd, Path, In(k::TIMEVAL_PAIR)];
    get_kernel_syms none, [];
    get_mempolicy pass, [Out(k::U32), OutNodes(2), Int, Ptr, Hex];
    get_robust_list own thread::get_robust_list, [Int, Ptr, Ptr];
    getcpu pass, [Out(k::U32), Out(k::U32), Ptr];
    getcwd pass, [Buffer(1), Int];
    getdents own file::getdents, [Fd, Ptr, Int];
    getdents64 own file::getdents64, [Fd, Ptr, Int];
    getegid pass, [];
    geteuid pass, [];
    getgid pass, [];
    getgroups pass, [Int, OutArray(k::U32, 0)];
    getitimer pass, [Int, Out(k::ITIMERVAL)];
    getpeername own socket::getpeername, [Fd, Ptr, Ptr];
    getpgid pass, [Int];
    getpgrp pass, [];
    getpid pass, [];
    getpmsg none, [];
    getppid pass, [];
    getpriority pass, [Int, Int];
    getrandom pass, [Buffer(1), Int, Hex];
    getresgid pass, [Out(k::U32), Out(k::U32), Out(k::U32)];
    getresuid pass, [Out(k::U32), Out(k::U32), Out(k::U32)];
    getrlimit own process::getrlimit, [Int, Out(k::RLIMIT)];
    getrusage pass, [Int, Out(k::RUSAGE)];
    getsid pass, [Int];
    getsockname own socket::getsockname, [Fd, Ptr, Ptr];
    getsockopt own socket::getsockopt, [Fd, Int, Int, Ptr, Ptr];
    gettid pass, [];
    gettimeofday pass, [Out(k::TIMEVAL), Out(k::TIMEZONE)];
    getuid pass, [];
    getxattr pass, [Path, Str, Buffer(3), Int];
    getxattrat own file::getxattrat, [DirFd, At(2), Hex, Str, InSized(k::XATTR_ARGS, 5), Int];
    idle none, [];
    init_module none, [];
    inotify_add_watch pass, [Fd, Path, Hex];
    inotify_init own descriptor::inotify_init, [];
    inotify_init1 own descriptor::inotify_init1, [Open];
    inotify_rm_watch pass, [Fd, Int];
    io_cancel own aio::cancel, [Hex, Ptr, Ptr];
    io_destroy pass, [Hex];
    io_getevents own aio::getevents, [Hex, Int, Int, Ptr, In(k::TIMESPEC)];
    io_pgetevents own aio::pgetevents, [Hex, Int, Int, Ptr, In(k::TIMESPEC), Ptr];
    io_setup own aio::setup, [Int, Ptr];
    io_submit own aio::submit, [Hex, Int, Ptr];
    io_uring_enter none, [];
    io_uring_register none, [];
    io_uring_setup none, [];
    ioctl own ioctl::ioctl, [Fd, Hex, Hex];
    ioprio_get pass, [Int, Int];
    ioprio_set pass, [Int, Int, Int];
    ipc own ipc::ipc, [Int, Int, Int, Int, Ptr];
    kcmp pass, [Int, Int, Int, Hex, Hex];
    kexec_file_load none, [];
    kexec_load none, [];
    keyctl own key::keyctl, [Int, Int, Hex, Hex, Hex];
    kill pass, [Int, Signal];
    landlock_add_rule own landlock::add_rule, [Fd, Int, Ptr, Hex];
    landlock_create_ruleset own landlock::create_ruleset, [InSized(k::U64, 1), Int, Hex];
    landlock_restrict_self own landlock::restrict_self, [Fd, Hex];
    lchown pass, [Link, Int, Int];
    lgetxattr pass, [Link, Str, Buffer(3), Int];
    link pass, [Link, Link];
    linkat own file::linkat, [DirFd, Link, DirFd, Link, Hex];
    listen pass, [Fd, Int];
    listmount own mount::listmount, [Ptr, Ptr, Int, Hex];
    listxattr pass, [Path, Buffer(2), Int];
    listxattrat pass, [DirFd, At(2), Hex, Buffer(4), Int];
    llistxattr pass, [Link, Buffer(2), Int];
    lookup_dcookie none, [];
    lremovexattr pass, [Link, Str];
    lseek pass, [Fd, Int, Int];
    lsetxattr pass, [Link, Str, Data(3), Int, Hex];
    lsm_get_self_attr own lsm::get_self_attr, [Int, Ptr, Ptr, Hex];
    lsm_list_modules own lsm::list_modules, [Ptr, Ptr, Hex];
    lsm_set_self_attr own lsm::set_self_attr, [Int, Ptr, Int, Hex];
    lstat own stat::lstat, [Link, Ptr];
    madvise own memory::madvise, [Ptr, Hex, Int];
    map_shadow_stack none, [];
    mbind pass, [Ptr, Hex, Int, InNodes(4), Int, Hex];
    membarrier pass, [Int, Hex, Int];
    memfd_create pass, [Str, Hex];
    memfd_secret pass, [Hex];
    migrate_pages pass, [Int, Int, InNodes(1), InNodes(1)];
    mincore pass, [Ptr, Hex, Ptr];
    mkdir pass, [Link, Oct];
    mkdirat pass, [DirFd, Link, Oct];
    mknod pass, [Link, Oct, Hex];
    mknodat pass, [DirFd, Link, Oct, Hex];
    mlock pass, [Ptr, Hex];
    mlock2 pass, [Ptr, Hex, Hex];
    mlockall own misc::zero, [Hex];
    mmap own memory::mmap, [Ptr, Hex, Hex, Hex, Fd, Hex];
    mount pass, [Path, Path, Str, Hex, Ptr];
    mount_setattr pass, [DirFd, At(2), Hex, InSized(k::U64, 4), Int];
    move_mount pass, [DirFd, Path, DirFd, Path, Hex];
    move_pages pass, [Int, Int, InArray(k::U64, 1), InArray(k::U32, 1), InOutArray(k::U32, 1), Hex];
    mprotect own memory::mprotect, [Ptr, Hex, Hex];
    mq_getsetattr pass, [Fd, In(k::MQ_ATTR), Out(k::MQ_ATTR)];
    mq_notify pass, [Fd, In(k::SIGEVENT)];
    mq_open own ipc::mq_open, [Str, Open, Oct, In(k::MQ_ATTR)];
    mq_timedreceive pass, [Fd, Buffer(2), Int, Out(k::U32), In(k::TIMESPEC)];
    mq_timedsend pass, [Fd, Data(2), Int, Int, In(k::TIMESPEC)];
    mq_unlink pass, [Str];
    mremap own memory::mremap, [Ptr, Hex, Hex, Hex, Ptr];
    mseal own memory::mseal, [Ptr, Hex, Hex];
    msgctl own ipc::msgctl, [Int, Int, Ptr];
    msgget pass, [Hex, Hex];
    msgrcv own ipc::msgrcv, [Int, Ptr, Int, Int, Hex];
    msgsnd own ipc::msgsnd, [Int, Ptr, Int, Hex];
    msync pass, [Ptr, Hex, Hex];
    munlock pass, [Ptr, Hex];
    munlockall own misc::zero, [];
    munmap own memory::munmap, [Ptr, Hex];
    name_to_handle_at own file::name_to_handle_at, [DirFd, Path, Ptr, Out(k::U32), Hex];
    nanosleep pass, [In(k::TIMESPEC), Out(k::TIMESPEC)];
    newfstatat own stat::newfstatat, [DirFd, Path, Ptr, Hex];
    nfsservctl none, [];
    nice own process::nice, [Int];
    old_mmap own memory::old_mmap, [Ptr];
    open own file::open, [Path, Open, Oct];
    open_by_handle_at own file::open_by_handle_at, [Fd, Ptr, Open];
    open_tree pass, [DirFd, At(2), Hex];
    open_tree_attr pass, [DirFd, At(2), Hex, InSized(k::U64, 4), Int];
    openat own file::openat, [DirFd, Path, Open, Oct];
    openat2 own file::openat2, [DirFd, Path, In(k::OPEN_HOW), Int];
    pause pass, [];
    perf_event_open none, [];
    personality pass, [Hex];
    pidfd_getfd pass, [Fd, Int, Hex];
    pidfd_open pass, [Int, Hex];
    pidfd_send_signal own signal::pidfd_send_signal, [Fd, Signal, Ptr, Hex];
    pipe pass, [Out(k::INT_PAIR)];
    pipe2 pass, [Out(k::INT_PAIR), Open];
    pivot_root own exec::pivot_root, [Path, Path];
    pkey_alloc none, [];
    pkey_free none, [];
    pkey_mprotect none, [];
    poll pass, [InOutArray(k::POLLFD, 1), Int, Int];
    ppoll own poll::ppoll, [InOutArray(k::POLLFD, 1), Int, In(k::TIMESPEC), Ptr, Int];
    prctl own prctl::prctl, [Int, Hex, Hex, Hex, Hex];
    pread64 pass, [Fd, Buffer(2), Int, Int];
    preadv pass, [Fd, Scatter(2), Int, Int, Int];
    preadv2 pass, [Fd, Scatter(2), Int, Int, Int, Hex];
    prlimit64 own process::prlimit64, [Int, Int, In(k::RLIMIT), Out(k::RLIMIT)];
    process_madvise own memory::process_madvise, [Fd, InArray(k::IOVEC, 2), Int, Int, Hex];
    process_mrelease pass, [Fd, Hex];
    process_vm_readv pass, [Int, Scatter(2), Int, InArray(k::IOVEC, 4), Int, Hex];
    process_vm_writev pass, [Int, InArray(k::IOVEC, 2), Int, InArray(k::IOVEC, 4), Int, Hex];
    pselect6 own poll::pselect6, [Int, Ptr, Ptr, Ptr, In(k::TIMESPEC), Ptr];
    ptrace none, [];
    putpmsg none, [];
    pwrite64 pass, [Fd, Data(2), Int, Int];
    pwritev pass, [Fd, InArray(k::IOVEC, 2), Int, Int, Int];
    pwritev2 pass, [Fd, InArray(k::IOVEC, 2), Int, Int, Int, Hex];
    query_module none, [];
    quotactl none, [];
    quotactl_fd none, [];
    read own file::read, [Fd, Buffer(2), Int];
    readahead pass, [Fd, Int, Int];
    readdir none, [];
    readlink own file::readlink, [Link, Buffer(2), Int];
    readlinkat own file::readlinkat, [DirFd, Link, Buffer(3), Int];
    readv own file::readv, [Fd, Scatter(2), Int];
    reboot pass, [Hex, Hex, Hex, Ptr];
    recvfrom own socket::recvfrom, [Fd, Buffer(2), Int, Hex, Ptr, Ptr];
    recvmmsg own socket::recvmmsg, [Fd, Ptr, Int, Hex, Ptr];
    recvmsg own socket::recvmsg, [Fd, Ptr, Hex];
    remap_file_pages none, [];
    removexattr pass, [Path, Str];
    removexattrat pass, [DirFd, At(2), Hex, Str];
    rename pass, [Link, Link];
    renameat pass, [DirFd, Link, DirFd, Link];
    renameat2 pass, [DirFd, Link, DirFd, Link, Hex];
    request_key pass, [Str, Str, Str, Int];
    restart_syscall own misc::interrupted, [];
    rmdir pass, [Link];
    rseq none, [];
    rt_sigaction own signal::rt_sigaction, [Signal, Ptr, Ptr, Int];
    rt_sigpending own signal::rt_sigpending, [Out(k::U64), Int];
    rt_sigprocmask own signal::rt_sigprocmask, [Int, In(k::U64), Out(k::U64), Int];
    rt_sigqueueinfo own signal::rt_sigqueueinfo, [Int, Signal, Ptr];
    rt_sigreturn own signal::rt_sigreturn, [];
    rt_sigsuspend own signal::rt_sigsuspend, [In(k::U64), Int];
    rt_sigtimedwait own signal::rt_sigtimedwait, [In(k::U64), Ptr, In(k::TIMESPEC), Int];
    rt_tgsigqueueinfo own signal::rt_tgsigqueueinfo, [Int, Int, Signal, Ptr];
    s390_guarded_storage own guarded::s390_guarded_storage, [Int, Ptr];
    s390_pci_mmio_read none, [];
    s390_pci_mmio_write none, [];
    s390_runtime_instr none, [];
    s390_sthyi none, [];
    sched_get_priority_max pass, [Int];
    sched_get_priority_min pass, [Int];
    sched_getaffinity own thread::sched_getaffinity, [Int, Int, Ptr];
    sched_getattr own thread::sched_getattr, [Int, Ptr, Int, Hex];
    sched_getparam pass, [Int, Out(k::U32)];
    sched_getscheduler pass, [Int];
    sched_rr_get_interval pass, [Int, Out(k::TIMESPEC)];
    sched_setaffinity own thread::sched_setaffinity, [Int, Int, Ptr];
    sched_setattr own thread::sched_setattr, [Int, Ptr, Hex];
    sched_setparam pass, [Int, In(k::U32)];
    sched_setscheduler pass, [Int, Int, In(k::U32)];
    sched_yield pass, [];
    seccomp none, [];
    select own poll::select_pointer, [Int, Ptr, Ptr, Ptr, Ptr];
    semctl own ipc::semctl, [Int, Int, Int, Ptr];
    semget pass, [Hex, Int, Hex];
    semop own ipc::semop, [Int, Ptr, Int];
    semtimedop own ipc::semtimedop, [Int, Ptr, Int, In(k::TIMESPEC)];
    sendfile pass, [Fd, Fd, InOut(k::U64), Int];
    sendmmsg own socket::sendmmsg, [Fd, Ptr, Int, Hex];
    sendmsg own socket::sendmsg, [Fd, Ptr, Hex];
    sendto own socket::sendto, [Fd, Data(2), Int, Hex, Ptr, Int];
    set_mempolicy pass, [Int, InNodes(2), Int];
    set_mempolicy_home_node pass, [Ptr, Hex, Int, Hex];
    set_robust_list own thread::set_robust_list, [Ptr, Int];
    set_tid_address own thread::set_tid_address, [Ptr];
    setdomainname pass, [Data(1), Int];
    setfsgid pass, [Int];
    setfsuid pass, [Int];
    setgid pass, [Int];
    setgroups pass, [Int, InArray(k::U32, 0)];
    sethostname pass, [Data(1), Int];
    setitimer pass, [Int, In(k::ITIMERVAL), Out(k::ITIMERVAL)];
    setns pass, [Fd, Hex];
    setpgid pass, [Int, Int];
    setpriority pass, [Int, Int, Int];
    setregid pass, [Int, Int];
    setresgid pass, [Int, Int, Int];
    setresuid pass, [Int, Int, Int];
    setreuid pass, [Int, Int];
    setrlimit own process::setrlimit, [Int, In(k::RLIMIT)];
    setsid pass, [];
    setsockopt own socket::setsockopt, [Fd, Int, Int, Ptr, Int];
    settimeofday pass, [In(k::TIMEVAL), In(k::TIMEZONE)];
    setuid pass, [Int];
    setxattr pass, [Path, Str, Data(3), Int, Hex];
    setxattrat pass, [DirFd, At(2), Hex, Str, InSized(k::XATTR_ARGS, 5), Int];
    shmat own ipc::shmat, [Int, Ptr, Hex];
    shmctl own ipc::shmctl, [Int, Int, Ptr];
    shmdt own ipc::shmdt, [Ptr];
    shmget pass, [Hex, Int, Hex];
    shutdown pass, [Fd, Int];
    sigaction own signal::sigaction, [Signal, Ptr, Ptr];
    sigaltstack own signal::sigaltstack, [Ptr, Ptr];
    signal own signal::signal, [Signal, Ptr];
    signalfd own descriptor::signalfd, [Fd, In(k::U64), Int];
    signalfd4 own descriptor::signalfd4, [Fd, In(k::U64), Int, Open];
    sigpending own signal::sigpending, [Ptr];
    sigprocmask own signal::sigprocmask, [Int, Ptr, Ptr];
    sigreturn own signal::sigreturn, [];
    sigsuspend own signal::sigsuspend, [Int, Int, Hex];
    socket own socket::socket, [Int, Int, Int];
    socketcall own socket::socketcall, [Int, Ptr];
    socketpair pass, [Int, Int, Int, Out(k::INT_PAIR)];
    splice pass, [Fd, InOut(k::U64), Fd, InOut(k::U64), Int, Hex];
    stat own stat::stat, [Path, Ptr];
    statfs own stat::statfs, [Path, Ptr];
    statfs64 own stat::statfs64, [Path, Int, Ptr];
    statmount own mount::statmount, [Ptr, Ptr, Int, Hex];
    statx own stat::statx, [DirFd, Path, Hex, Hex, Ptr];
    swapoff pass, [Path];
    swapon pass, [Path, Hex];
    symlink pass, [Str, Link];
    symlinkat pass, [Str, DirFd, Link];
    sync pass, [];
    sync_file_range pass, [Fd, Int, Int, Hex];
    syncfs pass, [Fd];
    sysfs pass, [Int, Ptr, Ptr];
    sysinfo pass, [Out(k::SYSINFO)];
    syslog pass, [Int, Buffer(2), Int];
    tee pass, [Fd, Fd, Int, Hex];
    tgkill pass, [Int, Int, Signal];
    timer_create pass, [Int, In(k::SIGEVENT), Out(k::U32)];
    timer_delete pass, [Int];
    timer_getoverrun pass, [Int];
    timer_gettime pass, [Int, Out(k::ITIMERSPEC)];
    timer_settime pass, [Int, Hex, In(k::ITIMERSPEC), Out(k::ITIMERSPEC)];
    timerfd none, [];
    timerfd_create own descriptor::timerfd_create, [Int, Open];
    timerfd_gettime pass, [Fd, Out(k::ITIMERSPEC)];
    timerfd_settime pass, [Fd, Hex, In(k::ITIMERSPEC), Out(k::ITIMERSPEC)];
    times pass, [Out(k::TMS)];
    tkill pass, [Int, Signal];
    truncate pass, [Path, Int];
    umask pass, [Oct];
    umount own file::umount, [Path];
    umount2 pass, [Path, Hex];
    uname own misc::uname, [Ptr];
    unlink pass, [Link];
    unlinkat pass, [DirFd, Link, Hex];
    unshare own process::unshare, [Hex];
    uselib none, [];
    userfaultfd none, [];
    ustat pass, [Hex, Out(k::USTAT)];
    utime pass, [Path, In(k::UTIMBUF)];
    utimensat pass, [DirFd, At(3), In(k::TIMESPEC_PAIR), Hex];
    utimes pass, [Path, In(k::TIMEVAL_PAIR)];
    vfork own clone::vfork, [];
    vhangup pass, [];
    vmsplice pass, [Fd, Scatter(2), Int, Hex];
    wait4 pass, [Int, Out(k::U32), Hex, Out(k::RUSAGE)];
    waitid own process::waitid, [Int, Int, Ptr, Hex, Out(k::RUSAGE)];
    write own file::write, [Fd, Data(2), Int];
    writev own file::writev, [Fd, InArray(k::IOVEC, 2), Int];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        for pair in ROWS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} {}", pair[0].name, pair[1].name);
        }
    }

    #[test]
    fn every_call_of_a_guest_has_a_row() {
        for abi in crate::abi::GUESTS {
            let names = (0..1024).filter_map(abi.call_name);
            let missing: Vec<_> = names.filter(|name| find(name).is_none()).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", abi.machine);
        }
    }

    #[test]
    fn counts_name_arguments_that_exist() {
        for row in ROWS {
            assert!(row.args.len() <= 6, "{}", row.name);
            for arg in row.args {
                if let InArray(_, n)
                | OutArray(_, n)
                | InOutArray(_, n)
                | InSized(_, n)
                | OutSized(_, n)
                | InNodes(n)
                | OutNodes(n)
                | At(n)
                | Scatter(n)
                | Data(n)
                | Buffer(n) = arg
                {
                    assert!((*n as usize) < row.args.len(), "{}", row.name);
                }
            }
        }
    }
}
