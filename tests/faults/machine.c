/* Stands between a process and its machine. The file named by FAULTS_MACHINE holds two native 64-bit numbers that the
   process has mapped, so that they may change while it runs: how many microseconds each sync to disk takes longer (a
   write, which ends in memory, a fiftieth of it), and by how many seconds the clock is off. A slow device or another
   clock for one process alone needs kernel modules or name spaces; this needs neither, and the process sees the same. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct machine {
  uint64_t delay_micros;
  int64_t clock_seconds;
};

static volatile struct machine *machine;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_MACHINE");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *at = mmap(NULL, sizeof *machine, PROT_READ, MAP_SHARED, file, 0);
  if (at != MAP_FAILED) machine = at;
  close(file);
}

static void wait_for_disk(int file, uint64_t share) {
  uint64_t micros = machine ? machine->delay_micros / share : 0;
  struct stat what;
  /* Sockets and pipes are no disk. */
  if (micros == 0 || fstat(file, &what) != 0 || !S_ISREG(what.st_mode)) return;
  struct timespec left = {micros / 1000000, (micros % 1000000) * 1000};
  while (nanosleep(&left, &left) != 0) {}
}

#define REAL(type, name, arguments)             \
  static type(*real) arguments;                 \
  if (!real) real = (type(*) arguments)dlsym(RTLD_NEXT, #name)

#define SLOW(type, name, arguments, values, share) \
  type name arguments {                            \
    REAL(type, name, arguments);                   \
    wait_for_disk(file, share);                    \
    return real values;                            \
  }

SLOW(int, fsync, (int file), (file), 1)
SLOW(int, fdatasync, (int file), (file), 1)
SLOW(ssize_t, write, (int file, const void *from, size_t size), (file, from, size), 50)
SLOW(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at), 50)
SLOW(ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at), (file, from, size, at), 50)

static int64_t off(void) { return machine ? machine->clock_seconds : 0; }

int clock_gettime(clockid_t clock, struct timespec *now) {
  REAL(int, clock_gettime, (clockid_t, struct timespec *));
  int result = real(clock, now);
  /* Waiting takes as long as it takes: only the time of day is wrong. */
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += off();
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  REAL(int, gettimeofday, (struct timeval *restrict, void *restrict));
  int result = real(now, zone);
  if (result == 0) now->tv_sec += off();
  return result;
}

time_t time(time_t *at) {
  REAL(time_t, time, (time_t *));
  time_t now = real(NULL) + off();
  if (at) *at = now;
  return now;
}
