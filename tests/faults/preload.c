/*
 * A library for LD_PRELOAD: the n-th call of one kind fails, so that one sees what a program makes
 * of a full disk, of files that cannot be read, and of memory that has run out. For Linux with
 * glibc.
 *
 * - FAULT=KIND:N[:for-good]: KIND is a function below, or memory (malloc, calloc, realloc and
 *   aligned_alloc). N counts from 1; 0: none fails. for-good: nor does any after it succeed.
 * - FAULT_COUNT=FILE gets the number of such calls at the end.
 * - FAULT_LIBRARIES=1: the calls that libraries make count; otherwise the program's.
 * - FAULT_TYPED=TEXT: somebody types this into the window, line ends as Enter, and then
 *   closes it.
 *
 * What is written to standard error always arrives. Built with -DMEMORY=0 it leaves memory alone.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STREAM_ERROR = 0x20 }; /* glibc's flag behind ferror */

static char kind[40];
static unsigned long nth;
static bool for_good, libraries;
static bool over; /* main has ended: what is written then are a coverage build's counts */
static atomic_ulong calls;
static uintptr_t program_start, program_end;

static int find_program(struct dl_phdr_info *info, size_t size, void *arg) {
    (void)size, (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD) {
            uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            uintptr_t end = start + info->dlpi_phdr[i].p_memsz;
            program_start = program_start ? program_start : start;
            program_end = end;
        }
    return 1; /* the first is the program */
}

__attribute__((constructor)) static void begin(void) {
    const char *fault = getenv("FAULT");
    char tail[16] = "";
    libraries = getenv("FAULT_LIBRARIES") != NULL;
    dl_iterate_phdr(find_program, NULL);
    if (fault && sscanf(fault, "%39[^:]:%lu:%15s", kind, &nth, tail) < 2)
        kind[0] = '\0';
    for_good = strcmp(tail, "for-good") == 0;
    atomic_store(&calls, 0);
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULT_COUNT");
    char text[32];
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    int len = snprintf(text, sizeof text, "%lu\n", atomic_load(&calls));
    if (fd >= 0) {
        ssize_t put = write(fd, text, (size_t)len);
        (void)put;
        close(fd);
    }
}

/* Is this call, which returns to `caller`, to fail? */
static bool fails(const char *what, const void *caller) {
    uintptr_t at = (uintptr_t)caller;
    bool from_library = at < program_start || at >= program_end;
    if (over || strcmp(what, kind) != 0 || from_library != libraries)
        return false;
    unsigned long n = atomic_fetch_add(&calls, 1) + 1;
    return nth && (n == nth || (for_good && n > nth));
}

#define CALLER        __builtin_return_address(0)
#define REAL(name)    ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAILS(name)   fails(#name, CALLER)
#define WITH(err, it) (errno = (err), (it))

/* --- The end --- */

typedef int main_function(int count, char **words, char **env);
static main_function *real_main;

static int main_and_its_end(int count, char **words, char **env) {
    int status = real_main(count, words, env);
    over = true;
    return status;
}

int __libc_start_main(main_function *program, int count, char **words, void (*init)(void),
    void (*fini)(void), void (*rtld_fini)(void), void *stack);
int __libc_start_main(main_function *program, int count, char **words, void (*init)(void),
    void (*fini)(void), void (*rtld_fini)(void), void *stack) {
    real_main = program;
    return REAL(__libc_start_main)(main_and_its_end, count, words, init, fini, rtld_fini, stack);
}

void exit(int status) {
    over = true;
    REAL(exit)(status);
    __builtin_unreachable();
}

/* --- Memory --- */

#ifndef MEMORY
#define MEMORY 1
#endif
#if MEMORY

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

void *malloc(size_t size) {
    return fails("memory", CALLER) ? WITH(ENOMEM, NULL) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return fails("memory", CALLER) ? WITH(ENOMEM, NULL) : __libc_calloc(count, size);
}

void *realloc(void *p, size_t size) {
    return fails("memory", CALLER) ? WITH(ENOMEM, NULL) : __libc_realloc(p, size);
}

void *aligned_alloc(size_t align, size_t size) {
    return fails("memory", CALLER) ? WITH(ENOMEM, NULL) : __libc_memalign(align, size);
}

#endif

void *mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset) {
    return FAILS(mmap) ? WITH(ENOMEM, MAP_FAILED) : REAL(mmap)(addr, size, prot, flags, fd, offset);
}

int pthread_create(
    pthread_t *thread, const pthread_attr_t *attr, void *(*body)(void *), void *arg) {
    return FAILS(pthread_create) ? EAGAIN : REAL(pthread_create)(thread, attr, body, arg);
}

/* --- Files --- */

static bool stream_fails(const char *what, FILE *f, const void *caller) {
    if (f == stderr || !fails(what, caller))
        return false;
    f->_flags |= STREAM_ERROR;
    return true;
}

FILE *fopen(const char *path, const char *mode) {
    return FAILS(fopen) ? WITH(EMFILE, NULL) : REAL(fopen)(path, mode);
}

DIR *opendir(const char *path) {
    return FAILS(opendir) ? WITH(EMFILE, NULL) : REAL(opendir)(path);
}

size_t fread(void *to, size_t size, size_t count, FILE *f) {
    return stream_fails("fread", f, CALLER) ? WITH(EIO, 0) : REAL(fread)(to, size, count, f);
}

char *fgets(char *to, int size, FILE *f) {
    return stream_fails("fgets", f, CALLER) ? WITH(EIO, NULL) : REAL(fgets)(to, size, f);
}

/* Half of it is written. */
size_t fwrite(const void *from, size_t size, size_t count, FILE *f) {
    if (!stream_fails("fwrite", f, CALLER))
        return REAL(fwrite)(from, size, count, f);
    size_t done = REAL(fwrite)(from, size, count / 2, f);
    return WITH(ENOSPC, done);
}

int fputs(const char *text, FILE *f) {
    return stream_fails("fputs", f, CALLER) ? WITH(ENOSPC, EOF) : REAL(fputs)(text, f);
}

int fprintf(FILE *f, const char *format, ...) {
    va_list args;
    if (stream_fails("fprintf", f, CALLER))
        return WITH(ENOSPC, -1);
    va_start(args, format);
    int n = vfprintf(f, format, args);
    va_end(args);
    return n;
}

int fflush(FILE *f) {
    return stream_fails("fflush", f, CALLER) ? WITH(ENOSPC, EOF) : REAL(fflush)(f);
}

int fsync(int fd) {
    return FAILS(fsync) ? WITH(EIO, -1) : REAL(fsync)(fd);
}

int fclose(FILE *f) {
    bool fail = FAILS(fclose);
    int done = REAL(fclose)(f);
    return fail ? WITH(EIO, EOF) : done;
}

int mkdir(const char *path, mode_t mode) {
    return FAILS(mkdir) ? WITH(EACCES, -1) : REAL(mkdir)(path, mode);
}

int rename(const char *from, const char *to) {
    return FAILS(rename) ? WITH(EACCES, -1) : REAL(rename)(from, to);
}

/* --- Fonts and pictures: without SDL's headers --- */

void *TTF_OpenFontIndex(const char *path, int size, long index);
int TTF_Init(void);
int IMG_SavePNG_RW(void *surface, void *to, int close_it);
void *FcInitLoadConfigAndFonts(void);
void *FcFontMatch(void *config, void *pattern, int *result);
void *SDL_CreateRGBSurfaceWithFormatFrom(
    void *pixels, int width, int height, int depth, int pitch, uint32_t format);

void *TTF_OpenFontIndex(const char *path, int size, long index) {
    return FAILS(TTF_OpenFontIndex) ? NULL : REAL(TTF_OpenFontIndex)(path, size, index);
}

int TTF_Init(void) {
    return FAILS(TTF_Init) ? -1 : REAL(TTF_Init)();
}

int IMG_SavePNG_RW(void *surface, void *to, int close_it) {
    return FAILS(IMG_SavePNG_RW) ? -1 : REAL(IMG_SavePNG_RW)(surface, to, close_it);
}

void *FcInitLoadConfigAndFonts(void) {
    return FAILS(FcInitLoadConfigAndFonts) ? NULL : REAL(FcInitLoadConfigAndFonts)();
}

void *FcFontMatch(void *config, void *pattern, int *result) {
    return FAILS(FcFontMatch) ? NULL : REAL(FcFontMatch)(config, pattern, result);
}

void *SDL_CreateRGBSurfaceWithFormatFrom(
    void *pixels, int width, int height, int depth, int pitch, uint32_t format) {
    return FAILS(SDL_CreateRGBSurfaceWithFormatFrom)
               ? NULL
               : REAL(SDL_CreateRGBSurfaceWithFormatFrom)(
                     pixels, width, height, depth, pitch, format);
}

void *TTF_RenderGlyph32_Blended(void *font, uint32_t ch, uint32_t color);
void *IMG_Load(const char *path);
void *SDL_AllocRW(void);

void *TTF_RenderGlyph32_Blended(void *font, uint32_t ch, uint32_t color) {
    return FAILS(TTF_RenderGlyph32_Blended) ? NULL
                                            : REAL(TTF_RenderGlyph32_Blended)(font, ch, color);
}

void *IMG_Load(const char *path) {
    return FAILS(IMG_Load) ? NULL : REAL(IMG_Load)(path);
}

void *SDL_AllocRW(void) {
    return FAILS(SDL_AllocRW) ? NULL : REAL(SDL_AllocRW)();
}

/* --- The window, and somebody before it --- */

int SDL_Init(uint32_t what);
void *SDL_CreateWindow(const char *title, int x, int y, int w, int h, uint32_t flags);
void *SDL_GetWindowSurface(void *window);
int SDL_UpdateWindowSurface(void *window);
int SDL_WaitEventTimeout(void *event, int ms);

int SDL_Init(uint32_t what) {
    return FAILS(SDL_Init) ? -1 : REAL(SDL_Init)(what);
}

void *SDL_CreateWindow(const char *title, int x, int y, int w, int h, uint32_t flags) {
    return FAILS(SDL_CreateWindow) ? NULL : REAL(SDL_CreateWindow)(title, x, y, w, h, flags);
}

void *SDL_GetWindowSurface(void *window) {
    return FAILS(SDL_GetWindowSurface) ? NULL : REAL(SDL_GetWindowSurface)(window);
}

int SDL_UpdateWindowSurface(void *window) {
    return FAILS(SDL_UpdateWindowSurface) ? -1 : REAL(SDL_UpdateWindowSurface)(window);
}

/* The heads of SDL_TextInputEvent and SDL_KeyboardEvent, and what their type may be. */
struct typed {
    uint32_t type, timestamp, window;
    union {
        char text[32];
        struct {
            uint8_t state[4];
            int32_t scancode, symbol;
            uint16_t modifiers;
        } key;
    };
};
enum { TYPED = 0x303, PRESSED = 0x300, QUIT = 0x100, ENTER = 40 };

int SDL_WaitEventTimeout(void *event, int ms) {
    static const char *typed;
    if (!typed && !(typed = getenv("FAULT_TYPED")))
        return REAL(SDL_WaitEventTimeout)(event, ms);
    struct typed next = {.type = *typed ? TYPED : QUIT, .text = {*typed}};
    if (*typed == '\n')
        next = (struct typed){.type = PRESSED, .key = {.scancode = ENTER, .symbol = '\r'}};
    memcpy(event, &next, sizeof next);
    typed += *typed != '\0';
    return 1;
}
