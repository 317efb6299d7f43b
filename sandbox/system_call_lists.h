// SPDX-License-Identifier: Apache-2.0
//
// System calls by what a guest may do with them. A call in no list gets ENOSYS, which C libraries
// and programs meet on other kernels too. So are these, by intent: io_setup and its kin, of which
// the host has one count for all (fs.aio-max-nr); preadv2 and pwritev2, whose flags tell what of a
// file that guests share lies in memory, and for which C libraries fall back to preadv and pwritev.
#pragma once

#include <sys/syscall.h>

namespace longhaul::sandbox {

inline constexpr int kAllowedCalls[] = {
    // Files and descriptors, of which the mounts decide.
    SYS_read, SYS_write, SYS_open, SYS_close, SYS_stat, SYS_fstat, SYS_lstat, SYS_poll, SYS_lseek,
    SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_preadv, SYS_pwritev, SYS_access,
    SYS_faccessat, SYS_faccessat2, SYS_pipe, SYS_pipe2, SYS_select, SYS_pselect6, SYS_ppoll,
    SYS_dup, SYS_dup2, SYS_dup3, SYS_sendfile, SYS_fcntl, SYS_ioctl, SYS_truncate, SYS_ftruncate,
    SYS_fallocate, SYS_getdents, SYS_getdents64, SYS_getcwd, SYS_chdir, SYS_fchdir, SYS_rename,
    SYS_renameat, SYS_renameat2, SYS_mkdir, SYS_mkdirat, SYS_rmdir, SYS_creat, SYS_link, SYS_linkat,
    SYS_unlink, SYS_unlinkat, SYS_symlink, SYS_symlinkat, SYS_readlink, SYS_readlinkat, SYS_chmod,
    SYS_fchmod, SYS_fchmodat, SYS_chown, SYS_fchown, SYS_lchown, SYS_fchownat, SYS_umask,
    SYS_statfs, SYS_fstatfs, SYS_ustat, SYS_mknod, SYS_mknodat, SYS_utime, SYS_utimes,
    SYS_futimesat, SYS_utimensat, SYS_openat, SYS_openat2, SYS_newfstatat, SYS_statx, SYS_splice,
    SYS_tee, SYS_vmsplice, SYS_copy_file_range, SYS_close_range, SYS_getxattr, SYS_lgetxattr,
    SYS_fgetxattr, SYS_listxattr, SYS_llistxattr, SYS_flistxattr, SYS_setxattr, SYS_lsetxattr,
    SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_epoll_create,
    SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2,
    SYS_eventfd, SYS_eventfd2, SYS_signalfd, SYS_signalfd4, SYS_timerfd_create, SYS_timerfd_settime,
    SYS_timerfd_gettime,
    // Memory.
    SYS_mmap, SYS_mprotect, SYS_munmap, SYS_brk, SYS_mremap, SYS_msync, SYS_mincore, SYS_madvise,
    SYS_mlock, SYS_mlock2, SYS_munlock, SYS_mlockall, SYS_munlockall, SYS_remap_file_pages,
    SYS_pkey_mprotect, SYS_pkey_alloc, SYS_pkey_free, SYS_get_mempolicy, SYS_membarrier,
    // Processes, threads, signals, time.
    SYS_clone, SYS_fork, SYS_vfork, SYS_execve, SYS_execveat, SYS_exit, SYS_exit_group, SYS_wait4,
    SYS_waitid, SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo, SYS_rt_sigsuspend, SYS_sigaltstack, SYS_pause, SYS_alarm, SYS_nanosleep,
    SYS_clock_nanosleep, SYS_getitimer, SYS_setitimer, SYS_timer_create, SYS_timer_settime,
    SYS_timer_gettime, SYS_timer_getoverrun, SYS_timer_delete, SYS_time, SYS_gettimeofday,
    SYS_clock_gettime, SYS_clock_getres, SYS_times, SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid,
    SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getresuid, SYS_getresgid, SYS_getgroups, SYS_setuid,
    SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups,
    SYS_setfsuid, SYS_setfsgid, SYS_getpgid, SYS_getpgrp, SYS_setpgid, SYS_getsid, SYS_setsid,
    SYS_capget, SYS_capset, SYS_prctl, SYS_arch_prctl, SYS_set_tid_address, SYS_set_robust_list,
    SYS_get_robust_list, SYS_set_thread_area, SYS_get_thread_area, SYS_rseq, SYS_futex,
    SYS_futex_waitv, SYS_restart_syscall, SYS_sched_yield, SYS_sched_setparam, SYS_sched_getparam,
    SYS_sched_setscheduler, SYS_sched_getscheduler, SYS_sched_get_priority_max,
    SYS_sched_get_priority_min, SYS_sched_rr_get_interval, SYS_sched_setaffinity,
    SYS_sched_getaffinity, SYS_sched_setattr, SYS_sched_getattr, SYS_getpriority, SYS_setpriority,
    SYS_ioprio_get, SYS_ioprio_set, SYS_getrlimit, SYS_setrlimit, SYS_prlimit64, SYS_getrusage,
    SYS_getcpu, SYS_uname, SYS_sysinfo, SYS_getrandom, SYS_pidfd_open, SYS_pidfd_send_signal,
    // Pairs of connected sockets, and what the guest's own IPC namespace holds.
    SYS_socketpair, SYS_getsockname, SYS_getpeername, SYS_sendto, SYS_recvfrom, SYS_sendmsg,
    SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_shutdown, SYS_setsockopt, SYS_getsockopt,
    SYS_semget, SYS_semop, SYS_semtimedop, SYS_semctl, SYS_msgget, SYS_msgsnd, SYS_msgrcv,
    SYS_msgctl, SYS_mq_open, SYS_mq_unlink, SYS_mq_timedsend, SYS_mq_timedreceive, SYS_mq_notify,
    SYS_mq_getsetattr,
    // Restricting oneself further.
    SYS_landlock_create_ruleset, SYS_landlock_add_rule, SYS_landlock_restrict_self};

// Done without being done. What a guest writes has no disk to reach; of the files that guests share
// these would move what lies in memory, which another can measure, or make the host's disks work.
inline constexpr int kIgnoredCalls[] = {SYS_fsync,    SYS_fdatasync,       SYS_sync,
                                        SYS_syncfs,   SYS_sync_file_range, SYS_fadvise64,
                                        SYS_readahead};

// Kernel surface that no judged program needs, and what reaches beyond the guest.
inline constexpr int kDeniedCalls[] = {SYS_unshare,
                                       SYS_setns,
                                       SYS_mount,
                                       SYS_umount2,
                                       SYS_pivot_root,
                                       SYS_chroot,
                                       SYS_open_tree,
                                       SYS_move_mount,
                                       SYS_fsopen,
                                       SYS_fsconfig,
                                       SYS_fsmount,
                                       SYS_fspick,
                                       SYS_mount_setattr,
                                       SYS_open_by_handle_at,
                                       SYS_name_to_handle_at,
                                       SYS_io_uring_setup,
                                       SYS_io_uring_enter,
                                       SYS_io_uring_register,
                                       SYS_bpf,
                                       SYS_perf_event_open,
                                       SYS_userfaultfd,
                                       SYS_add_key,
                                       SYS_keyctl,
                                       SYS_request_key,
                                       SYS_init_module,
                                       SYS_finit_module,
                                       SYS_delete_module,
                                       SYS_kexec_load,
                                       SYS_kexec_file_load,
                                       SYS_swapon,
                                       SYS_swapoff,
                                       SYS_reboot,
                                       SYS_acct,
                                       SYS_quotactl,
                                       SYS_quotactl_fd,
                                       SYS_settimeofday,
                                       SYS_clock_settime,
                                       SYS_clock_adjtime,
                                       SYS_adjtimex,
                                       SYS_sethostname,
                                       SYS_setdomainname,
                                       SYS_iopl,
                                       SYS_ioperm,
                                       SYS_modify_ldt,
                                       SYS_vhangup,
                                       SYS_syslog,
                                       SYS_lookup_dcookie,
                                       SYS_mbind,
                                       SYS_set_mempolicy,
                                       SYS_set_mempolicy_home_node,
                                       SYS_migrate_pages,
                                       SYS_move_pages,
                                       SYS_personality,
                                       SYS_kcmp,
                                       SYS_pidfd_getfd,
                                       SYS_process_madvise,
                                       SYS_process_mrelease,
                                       SYS_fanotify_init,
                                       SYS_fanotify_mark};

// Between processes of one guest, on files that guests share, or in its network namespace, which
// judged programs have one after another (network_pool.h): for the workspace only.
inline constexpr int kWorkspaceOnlyCalls[] = {SYS_socket,
                                              SYS_connect,
                                              SYS_accept,
                                              SYS_accept4,
                                              SYS_bind,
                                              SYS_listen,
                                              SYS_ptrace,
                                              SYS_process_vm_readv,
                                              SYS_process_vm_writev,
                                              SYS_flock,
                                              SYS_inotify_init,
                                              SYS_inotify_init1,
                                              SYS_inotify_add_watch,
                                              SYS_inotify_rm_watch,
                                              SYS_seccomp};

// Memory that no process needs to have mapped.
inline constexpr int kHiddenMemoryCalls[] = {SYS_memfd_create, SYS_shmget, SYS_shmat, SYS_shmdt,
                                             SYS_shmctl};

}  // namespace longhaul::sandbox
