import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.js'

/** A file system without locks, for a process that has this in `LD_PRELOAD`. */
export const noLocksLibrary = () =>
  library(`#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
static int refused(int command) { return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK; }
#define WRAP(name) int name(int fd, int command, ...) { va_list rest; va_start(rest, command); \\
  void *last = va_arg(rest, void *); va_end(rest); if (refused(command)) { errno = ENOLCK; return -1; } \\
  return ((int (*)(int, int, void *))dlsym(RTLD_NEXT, #name))(fd, command, last); }
WRAP(fcntl)
WRAP(fcntl64)
`)

/** A file system without fsync of folders, as CIFS and some of FUSE are. */
export const noFolderSyncLibrary = () =>
  library(`#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>
static int is_folder(int fd) { struct stat s; return fstat(fd, &s) == 0 && S_ISDIR(s.st_mode); }
#define WRAP(name) int name(int fd) { if (is_folder(fd)) { errno = EINVAL; return -1; } \\
  return ((int (*)(int))dlsym(RTLD_NEXT, #name))(fd); }
WRAP(fsync)
WRAP(fdatasync)
`)

async function library(source: string): Promise<AsyncDisposable & { path: string }> {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'library.so')
  await writeFile(join(folder.path, 'library.c'), source)
  execFileSync('cc', ['-shared', '-fPIC', '-w', '-o', path, join(folder.path, 'library.c'), '-ldl'])
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
