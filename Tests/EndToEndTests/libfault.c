// Faults for one process, by LD_PRELOAD: the n-th write below a folder fails, and the wall clock is another one.
//
// FAULT_CONTROL names a file of 4096 bytes that the test and the process share by mmap (struct Control; faults.py writes it), so
// that a running process can be given a full disk, a broken disk or a jump of the clock, and healed again. FAULT_FOLDER is the folder
// whose files are watched. Without the two variables every call passes. Not part of the product; compiled by the tests.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum Operation { OPEN = 1, WRITE = 2, SYNC = 4, TRUNCATE = 8, RENAME = 16, ALLOCATE = 32 };

struct Control {
    _Atomic uint64_t calls;       // watched calls so far, of all processes with this control file
    _Atomic uint64_t first;       // calls first ..< end fail, counted from 1; end 0: none
    _Atomic uint64_t end;
    _Atomic uint64_t failed;      // how many did
    _Atomic uint32_t operations;  // which kinds count and fail
    _Atomic int32_t error;        // errno of a failing call
    _Atomic int64_t clock_offset; // microseconds added to the wall clock
    _Atomic uint32_t is_torn;     // a failing write puts half of its bytes down first
};

static struct Control *control;
static char folder[PATH_MAX];
static size_t folder_length;

__attribute__((constructor)) static void attach(void) {
    const char *path = getenv("FAULT_CONTROL"), *watched = getenv("FAULT_FOLDER");
    if (path == NULL) return;
    int (*real_open)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    int file = real_open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED) return;
    if (watched != NULL && realpath(watched, folder) != NULL) folder_length = strlen(folder);
    control = memory;
}

static int is_below(const char *path) {
    return folder_length > 0 && strncmp(path, folder, folder_length) == 0
        && (path[folder_length] == '/' || path[folder_length] == 0);
}

static int is_watched_path(const char *path) {
    if (control == NULL || path == NULL) return 0;
    if (path[0] == '/') return is_below(path);
    char full[PATH_MAX];
    if (getcwd(full, sizeof full) == NULL || strlen(full) + strlen(path) + 2 > sizeof full) return 0;
    strcat(strcat(full, "/"), path);
    return is_below(full);
}

static int is_watched_file(int file) {
    if (control == NULL || folder_length == 0) return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int saved = errno;
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (length <= 0) return 0;
    path[length] = 0;
    return is_below(path);
}

// 1, with errno set, when this watched call has to fail.
static int must_fail(enum Operation operation) {
    if ((control->operations & operation) == 0) return 0;
    uint64_t number = atomic_fetch_add(&control->calls, 1) + 1;
    if (number < control->first || number >= control->end) return 0;
    atomic_fetch_add(&control->failed, 1);
    errno = control->error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
    void *symbol = dlsym(RTLD_NEXT, name);
    if (symbol == NULL) abort();
    return symbol;
}
// dlsym costs a microsecond, which is nothing beside the calls below; clock calls keep theirs.

// ---- Writing ---------------------------------------------------------------------------------------------------

ssize_t write(int file, const void *bytes, size_t count) {
    if (is_watched_file(file) && must_fail(WRITE)) {
        if (control->is_torn && count > 1) REAL(write)(file, bytes, count / 2);
        errno = control->error;
        return -1;
    }
    return REAL(write)(file, bytes, count);
}

static ssize_t positioned(const char *name, int file, const void *bytes, size_t count, off64_t at) {
    ssize_t (*next)(int, const void *, size_t, off64_t) = (ssize_t (*)(int, const void *, size_t, off64_t))real(name);
    if (is_watched_file(file) && must_fail(WRITE)) {
        if (control->is_torn && count > 1) next(file, bytes, count / 2, at);
        errno = control->error;
        return -1;
    }
    return next(file, bytes, count, at);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return positioned("pwrite", file, bytes, count, at); }
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) { return positioned("pwrite64", file, bytes, count, at); }

ssize_t writev(int file, const struct iovec *parts, int count) {
    if (is_watched_file(file) && must_fail(WRITE)) return -1;
    return REAL(writev)(file, parts, count);
}

int fsync(int file) { return is_watched_file(file) && must_fail(SYNC) ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return is_watched_file(file) && must_fail(SYNC) ? -1 : REAL(fdatasync)(file); }
int ftruncate(int file, off_t size) { return is_watched_file(file) && must_fail(TRUNCATE) ? -1 : REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) { return is_watched_file(file) && must_fail(TRUNCATE) ? -1 : REAL(ftruncate64)(file, size); }

// These two answer the error instead of setting errno.
int posix_fallocate(int file, off_t at, off_t size) {
    return is_watched_file(file) && must_fail(ALLOCATE) ? control->error : REAL(posix_fallocate)(file, at, size);
}
int posix_fallocate64(int file, off64_t at, off64_t size) {
    return is_watched_file(file) && must_fail(ALLOCATE) ? control->error : REAL(posix_fallocate64)(file, at, size);
}

// ---- Names -----------------------------------------------------------------------------------------------------

static int fails_to_open(const char *path, int flags) {
    return (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 && is_watched_path(path) && must_fail(OPEN);
}

static mode_t mode_of(int flags, va_list rest) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPENING(name)                                                            \
    int name(const char *path, int flags, ...) {                                 \
        va_list rest;                                                            \
        va_start(rest, flags);                                                   \
        mode_t mode = mode_of(flags, rest);                                      \
        va_end(rest);                                                            \
        return fails_to_open(path, flags) ? -1 : REAL(name)(path, flags, mode);  \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                                                     \
    int name(int base, const char *path, int flags, ...) {                                   \
        va_list rest;                                                                        \
        va_start(rest, flags);                                                               \
        mode_t mode = mode_of(flags, rest);                                                  \
        va_end(rest);                                                                        \
        return fails_to_open(path, flags) ? -1 : REAL(name)(base, path, flags, mode);        \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int rename(const char *from, const char *to) { return is_watched_path(to) && must_fail(RENAME) ? -1 : REAL(rename)(from, to); }
int renameat(int from_base, const char *from, int to_base, const char *to) {
    return is_watched_path(to) && must_fail(RENAME) ? -1 : REAL(renameat)(from_base, from, to_base, to);
}
int renameat2(int from_base, const char *from, int to_base, const char *to, unsigned int flags) {
    return is_watched_path(to) && must_fail(RENAME) ? -1 : REAL(renameat2)(from_base, from, to_base, to, flags);
}
int link(const char *from, const char *to) { return is_watched_path(to) && must_fail(RENAME) ? -1 : REAL(link)(from, to); }
int mkdir(const char *path, mode_t mode) { return is_watched_path(path) && must_fail(OPEN) ? -1 : REAL(mkdir)(path, mode); }

// ---- The wall clock --------------------------------------------------------------------------------------------

static int64_t clock_offset(void) { return control == NULL ? 0 : control->clock_offset; }

static void shift(struct timespec *time, int64_t micros) {
    int64_t nanos = time->tv_nsec + micros % 1000000 * 1000;
    time->tv_sec += micros / 1000000;
    if (nanos < 0) { nanos += 1000000000; time->tv_sec -= 1; }
    if (nanos >= 1000000000) { nanos -= 1000000000; time->tv_sec += 1; }
    time->tv_nsec = nanos;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static __typeof__(&clock_gettime) next;
    if (next == NULL) next = REAL(clock_gettime);
    int status = next(clock, time);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) shift(time, clock_offset());
    return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *target) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (target != NULL) *target = now.tv_sec;
    return now.tv_sec;
}

// The kernel knows nothing of our clock: a deadline on the wall clock is told to it in its own time. Deadlines on the monotonic
// clock, which the same calls take, are smaller by decades.
static const struct timespec *in_kernel_time(const struct timespec *deadline, struct timespec *store) {
    if (deadline == NULL || deadline->tv_sec < 1000000000) return deadline;
    *store = *deadline;
    shift(store, -clock_offset());
    return store;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline) {
    static __typeof__(&pthread_cond_timedwait) next;
    struct timespec store;
    if (next == NULL) next = (__typeof__(next))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (next == NULL) next = REAL(pthread_cond_timedwait);
    return next(condition, mutex, in_kernel_time(deadline, &store));
}

int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict deadline) {
    struct timespec store;
    return REAL(pthread_cond_clockwait)(condition, mutex, clock, in_kernel_time(deadline, &store));
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
    struct timespec store;
    return REAL(sem_timedwait)(semaphore, in_kernel_time(deadline, &store));
}
