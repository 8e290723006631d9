/* A PKCS#11 library with a reader that asks for codes itself: SoftHSM behind, paper in front.

   SoftHSM counts no tries, has no window of its own and cannot be pulled out of a reader. Files in
   the library's own folder say what those would do: "typed" (a code, CANCEL, WAIT or CRASH),
   "tries", "reader", "open" (the library asks nothing itself), "pulled" and "crash".
   Compiled with -DBEHIND: the path of SoftHSM. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long U;
typedef U (*Any)();
struct List { unsigned char version[2]; Any calls[68]; };
enum { GET_LIST = 3, SLOTS = 4, SLOT = 5, TOKEN = 6, LOGIN = 18, SIGN = 43, TRIES = 3 };
enum { REMOVED = 0x32, CANCELED = 0x50, INCORRECT = 0xA0, LOCKED = 0xA4 };
enum { LOW = 0x10000, FINAL = 0x20000, PIN_LOCKED = 0x40000, OWN_WINDOW = 0x100 };

static struct List *behind, ours;
static char folder[500];

static int told(const char *name, char *into, size_t most) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    size_t length = fread(into, 1, most - 1, file);
    into[length] = 0;
    into[strcspn(into, "\n")] = 0;
    fclose(file);
    return 1;
}
static int is(const char *name) { char text[64]; return told(name, text, sizeof text); }
static int tries(void) { char text[64]; return told("tries", text, sizeof text) ? atoi(text) : TRIES; }
static void keep_tries(int left) {
    char path[600];
    snprintf(path, sizeof path, "%s/tries", folder);
    FILE *file = fopen(path, "w");
    fprintf(file, "%d", left);
    fclose(file);
}
static U slots(unsigned char present, U *list, U *count) {
    if (is("crash")) raise(SIGSEGV);
    printf("a library that prints garbles nothing\n"); fflush(stdout);
    if (is("pulled")) { *count = 0; return 0; }
    return behind->calls[SLOTS](present, list, count);
}
static U slot(U number, char *info) {
    char name[64];
    U result = behind->calls[SLOT](number, info);
    if (told("reader", name, sizeof name)) { memset(info, ' ', 64); memcpy(info, name, strlen(name)); }
    return result;
}
static U token(U number, char *info) {
    if (is("pulled")) return REMOVED;
    U result = behind->calls[TOKEN](number, info), *flags = (U *)(info + 96);
    int left = tries();
    *flags &= ~(U)(LOW | FINAL | PIN_LOCKED);
    *flags |= left == 0 ? PIN_LOCKED : left == 1 ? LOW | FINAL : left < TRIES ? LOW : 0;
    if (!is("open")) *flags |= OWN_WINDOW;
    return result;
}
static U login(U session, U user, unsigned char *pin, U length) {
    char code[64];
    int left = tries();
    if (is("pulled")) return REMOVED;
    if (!left) return LOCKED;
    if (!pin) {
        if (!told("typed", code, sizeof code) || !strcmp(code, "CANCEL")) return CANCELED;
        if (!strcmp(code, "WAIT")) pause();
        if (!strcmp(code, "CRASH")) raise(SIGSEGV);
        pin = (unsigned char *)code;
        length = strlen(code);
    }
    U result = behind->calls[LOGIN](session, user, pin, length);
    if (result == INCORRECT) keep_tries(left - 1);
    if (result == 0) keep_tries(TRIES);
    return result == INCORRECT && left == 1 ? LOCKED : result;
}
static U sign(U session, void *data, U length, void *into, U *size) {
    return is("pulled") ? REMOVED : behind->calls[SIGN](session, data, length, into, size);
}
U C_GetFunctionList(struct List **list) {
    void *library = dlopen(BEHIND, RTLD_NOW);
    if (!library) return 5;
    Dl_info self;
    char path[600];
    dladdr((void *)C_GetFunctionList, &self);
    strncpy(path, self.dli_fname, sizeof path - 1);
    strncpy(folder, dirname(path), sizeof folder - 1);
    snprintf(path, sizeof path, "%s/softhsm2.conf", folder);
    setenv("SOFTHSM2_CONF", path, 1);
    ((U (*)(struct List **))dlsym(library, "C_GetFunctionList"))(&behind);
    ours = *behind;
    ours.calls[GET_LIST] = (Any)C_GetFunctionList;
    ours.calls[SLOTS] = (Any)slots;
    ours.calls[SLOT] = (Any)slot;
    ours.calls[TOKEN] = (Any)token;
    ours.calls[LOGIN] = (Any)login;
    ours.calls[SIGN] = (Any)sign;
    *list = &ours;
    return 0;
}
