/* Stands between a process and its disk: each write and each sync takes as long as the first eight bytes of the
   file named by SLOW_DISK say, in microseconds. A device that is slow for everything needs root and kernel modules;
   this needs neither, and the process sees the same: calls that return late. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static volatile uint64_t *delay;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("SLOW_DISK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *at = mmap(NULL, sizeof *delay, PROT_READ, MAP_SHARED, file, 0);
  if (at != MAP_FAILED) delay = at;
  close(file);
}

static void wait_for_disk(int file) {
  uint64_t micros = delay ? *delay : 0;
  struct stat what;
  /* Sockets and pipes are no disk. */
  if (micros == 0 || fstat(file, &what) != 0 || !S_ISREG(what.st_mode)) return;
  struct timespec left = {micros / 1000000, (micros % 1000000) * 1000};
  while (nanosleep(&left, &left) != 0) {}
}

#define SLOW(type, name, arguments, values)                              \
  type name arguments {                                                  \
    static type(*real) arguments;                                        \
    if (!real) real = (type(*) arguments)dlsym(RTLD_NEXT, #name);        \
    wait_for_disk(file);                                                 \
    return real values;                                                  \
  }

SLOW(int, fsync, (int file), (file))
SLOW(int, fdatasync, (int file), (file))
SLOW(ssize_t, write, (int file, const void *from, size_t size), (file, from, size))
SLOW(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
SLOW(ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
