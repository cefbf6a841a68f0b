/* A disk that fails on request: stands before libc (LD_PRELOAD) and counts what a process does to files under a folder.

   At the call of a given number it returns an error or ends the process as a power failure would; and it can log every
   call with its data, from which power_cut.py works out what a disk could hold. Driven by faulty_io.py through ctypes.
   Linux alone. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE, TRUNCATE, SYNC, CREATE, RENAME, UNLINK, LINK };
enum { NOTHING, FAIL, KILL };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* calls are numbered and logged in the order they happen */
static char folder[PATH_MAX];
static size_t folder_length; /* 0: nothing is watched */
static long calls, chosen;
static int action, error_given, lasting, torn, log_file = -1;

/* ---- for faulty_io.py */

void faulty_watch(const char *path, int log) {
    pthread_mutex_lock(&lock);
    snprintf(folder, sizeof folder, "%s", path);
    folder_length = strlen(folder);
    calls = chosen = 0;
    log_file = log;
    pthread_mutex_unlock(&lock);
}

void faulty_choose(long number, int wanted, int error, int on_and_on, int half) {
    chosen = number, action = wanted, error_given = error, lasting = on_and_on, torn = half;
}

long faulty_calls(void) { return calls; }

/* ---- what is watched */

static int in_folder(const char *path) {
    return folder_length && path && !strncmp(path, folder, folder_length) &&
           (path[folder_length] == '/' || !path[folder_length]);
}

static int watched(int file, char path[PATH_MAX]) {
    char link[32];
    if (!folder_length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return in_folder(path);
}

/* 0 to go ahead, or the error to return. `half` does the first half of a write before the fault. */
static int fault(void (*half)(void *), void *data) {
    long number = ++calls;
    if (!chosen || number < chosen || (number > chosen && !lasting)) return 0;
    if (torn && half && number == chosen) half(data);
    if (action == KILL) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    return error_given;
}

static void note(int kind, const char *path, const char *other, int64_t file, int64_t place, const void *data,
                 int64_t size) {
    if (log_file < 0) return;
    size_t first = strlen(path), second = other ? strlen(other) : 0;
    int64_t head[] = {kind, (int64_t)first, (int64_t)second, file, place, data ? size : 0};
    struct iovec parts[] = {
        {head, sizeof head}, {(void *)path, first}, {(void *)other, second}, {(void *)data, data ? (size_t)size : 0}};
    syscall(SYS_writev, log_file, parts, 4);
}

static int64_t number_of(int file) {
    struct stat about;
    return fstat(file, &about) ? -1 : (int64_t)about.st_ino;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* Runs `call`, whose result is negative where it failed, as one numbered step; `log` follows where it worked. */
#define STEP(type, half, data, call, log) \
    pthread_mutex_lock(&lock); \
    int given = fault(half, data); \
    type result = -1; \
    if (given) { \
        errno = given; \
    } else if ((result = (call)) >= 0) { \
        int kept = errno; \
        log; \
        errno = kept; \
    } \
    pthread_mutex_unlock(&lock); \
    return result

/* ---- data */

struct piece { int file; const void *data; size_t size; off_t place; };

static void write_half(void *given) {
    struct piece *piece = given;
    ssize_t done = syscall(SYS_pwrite64, piece->file, piece->data, piece->size / 2, piece->place);
    (void)done;
}

ssize_t write(int file, const void *data, size_t size) {
    REAL(write);
    char path[PATH_MAX];
    if (!watched(file, path)) return real(file, data, size);
    off_t place = lseek(file, 0, SEEK_CUR);
    struct piece piece = {file, data, size, place};
    STEP(ssize_t, write_half, &piece, real(file, data, size),
         note(WRITE, path, NULL, number_of(file), place, data, result));
}

#define PWRITE(name, offset) \
    ssize_t name(int file, const void *data, size_t size, offset place) { \
        REAL(name); \
        char path[PATH_MAX]; \
        if (!watched(file, path)) return real(file, data, size, place); \
        struct piece piece = {file, data, size, place}; \
        STEP(ssize_t, write_half, &piece, real(file, data, size, place), \
             note(WRITE, path, NULL, number_of(file), place, data, result)); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE_FILE(name, offset) \
    int name(int file, offset size) { \
        REAL(name); \
        char path[PATH_MAX]; \
        if (!watched(file, path)) return real(file, size); \
        STEP(int, NULL, NULL, real(file, size), note(TRUNCATE, path, NULL, number_of(file), size, NULL, 0)); \
    }
TRUNCATE_FILE(ftruncate, off_t)
TRUNCATE_FILE(ftruncate64, off64_t)

/* Nothing ever waits for the real disk: what a killed process wrote, the system has. */
#define SYNC_FILE(name) \
    int name(int file) { \
        char path[PATH_MAX]; \
        if (!watched(file, path)) return 0; \
        STEP(int, NULL, NULL, 0, note(SYNC, path, NULL, number_of(file), 0, NULL, 0)); \
    }
SYNC_FILE(fsync)
SYNC_FILE(fdatasync)

/* ---- names */

static int opened(int (*open_it)(int, const char *, int, mode_t), int at, const char *path, int flags, mode_t mode) {
    if (!(flags & (O_CREAT | O_TRUNC)) || !in_folder(path)) return open_it(at, path, flags, mode);
    int fresh = access(path, F_OK) != 0;
    STEP(int, NULL, NULL, open_it(at, path, flags, mode),
         if (fresh) note(CREATE, path, NULL, number_of(result), 0, NULL, 0);
         else if (flags & O_TRUNC) note(TRUNCATE, path, NULL, number_of(result), 0, NULL, 0));
}

static int really_open(int at, const char *path, int flags, mode_t mode) {
    return (int)syscall(SYS_openat, at, path, flags, mode);
}

#define MODE_OF(flags) \
    mode_t mode = 0; \
    if (__OPEN_NEEDS_MODE(flags)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        MODE_OF(flags) \
        return opened(really_open, AT_FDCWD, path, flags, mode); \
    }
#define OPEN_AT(name) \
    int name(int at, const char *path, int flags, ...) { \
        MODE_OF(flags) \
        return opened(really_open, at, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)

int rename(const char *path, const char *other) {
    REAL(rename);
    if (!in_folder(path) && !in_folder(other)) return real(path, other);
    STEP(int, NULL, NULL, real(path, other), note(RENAME, path, other, 0, 0, NULL, 0));
}

int renameat(int at, const char *path, int other_at, const char *other) {
    REAL(renameat);
    if (!in_folder(path) && !in_folder(other)) return real(at, path, other_at, other);
    STEP(int, NULL, NULL, real(at, path, other_at, other), note(RENAME, path, other, 0, 0, NULL, 0));
}

int unlink(const char *path) {
    REAL(unlink);
    if (!in_folder(path)) return real(path);
    STEP(int, NULL, NULL, real(path), note(UNLINK, path, NULL, 0, 0, NULL, 0));
}

int link(const char *path, const char *other) {
    REAL(link);
    if (!in_folder(path) && !in_folder(other)) return real(path, other);
    STEP(int, NULL, NULL, real(path, other), note(LINK, path, other, 0, 0, NULL, 0));
}
