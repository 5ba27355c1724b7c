#define _GNU_SOURCE  // for dladdr
#include "ctorch.h"

#include <dlfcn.h>

const char *ct_binary(void) {
  Dl_info found;
  return dladdr((const void *)&ct_binary, &found) ? found.dli_fname : NULL;
}
