/* stir_plugin.h: a kind of data as a library that stir loads at run time.
 *
 * A plugin exports one function, stir_plugin_entry, which returns a table of functions. Only C
 * crosses: any compiler and any language can write one. This header needs no other file of stir's.
 *
 *     plugin           what can be made            describe
 *     └ modality       settings chosen             describe_modality, write, preview, features, ...
 *       └ data         a folder opened             describe_data, source, read_item
 *
 * Beside the library lies a manifest, plugin.json, which stir reads before it loads anything:
 *
 *     { "identifier": "tones", "version": "1", "abi": [1, 0],
 *       "summary": "one sentence", "library": "libtones" }
 *
 * "library" is a path from the manifest's folder, without the system's .so or .dylib. "abi" is
 * [STIR_ABI_MAJOR, STIR_ABI_MINOR] of the header that the library was built with.
 *
 * Rules
 *
 * - Memory. Whoever allocates frees. The host owns every buffer that it passes, and the plugin may
 *   use it until the call returns. The plugin owns its handles until the host closes them. The
 *   table and the strings in it stay valid as long as the process lives: a library is never
 *   unloaded.
 * - Results of a length that the host cannot know (texts, features, pixels) go into a host's buffer
 *   with a capacity: set `count` to the length that is needed; when it is more than `capacity`, write
 *   nothing and return STIR_OK. The host calls again with a larger buffer.
 * - Errors. A function returns STIR_OK, or another status with a sentence in `error`: what was
 *   expected, what was found, where. `error` belongs to the call, so there is no last error to keep
 *   and no global state. No exception and no longjmp may leave a function; nothing may call exit.
 * - Threads. Functions marked [many threads] may be called at the same time on one handle. Opening
 *   and closing happens on one thread at a time, and a handle is closed after its last call has
 *   returned: the data before their modality.
 * - Global state. There is none: two modalities of one plugin know nothing of each other.
 * - Paths are absolute.
 * - Texts are UTF-8 and end with a zero byte when they come from the host. Numbers in JSON are
 *   written with a point, whatever the locale.
 *
 * Versions. A host loads plugins of its own major version. Later minor versions only add members to
 * the end of the table, which `struct_size` tells, or new optional keys of JSON.
 */
#ifndef STIR_PLUGIN_H
#define STIR_PLUGIN_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STIR_PLUGIN_MAGIC 0x52495453u /* "STIR" in the memory of a little-endian machine */
#define STIR_ABI_MAJOR 1u
#define STIR_ABI_MINOR 0u

#if defined(_WIN32)
#define STIR_EXPORT __declspec(dllexport)
#else
#define STIR_EXPORT __attribute__((visibility("default")))
#endif

/* What a function returns. The numbers are those of BSD's sysexits.h, which the stir tool ends with. */
typedef int32_t stir_status;
enum {
  STIR_OK = 0,
  STIR_CONFIGURATION = 64,     /* an unknown setting, or a value that is not admitted */
  STIR_INVALID_DATA = 65,      /* data that is empty, malformed or cut short */
  STIR_MISSING_INPUT = 66,     /* nothing is there, or it may not be read */
  STIR_UNAVAILABLE = 69,       /* something that this machine lacks */
  STIR_FAILURE = 70,           /* anything else */
  STIR_UNWRITABLE_OUTPUT = 73, /* a file that cannot be written */
  STIR_STOPPED = 130           /* progress asked for an end */
};

/* A sentence for a person, ended by a zero byte. The host's. */
typedef struct stir_error {
  char message[1024];
} stir_error;

/* A text of the plugin's in a buffer of the host's; `count` bytes without a zero byte. */
typedef struct stir_text {
  char *data;
  size_t capacity;
  size_t count;
} stir_text;

/* Numbers of the plugin's in a buffer of the host's. */
typedef struct stir_floats {
  float *data;
  size_t capacity;
  size_t count;
} stir_floats;

/* A picture: width x height x 3 bytes, red, green and blue, row by row from the top left. `capacity`
 * and `count` are in bytes. */
typedef struct stir_picture {
  uint8_t *data;
  size_t capacity;
  size_t count;
  uint32_t width;
  uint32_t height;
} stir_picture;

/* One key of the configuration that was set. `value` is the text of a string, and JSON of anything
 * else: 8000, 0.5, true, [1, 2]. */
typedef struct stir_setting {
  const char *key;
  const char *value;
} stir_setting;

/* Called now and then while data is opened, with how many of how many inputs were looked at. When it
 * returns other than 0, return STIR_STOPPED. */
typedef struct stir_progress {
  int32_t (*report)(void *context, uint64_t done, uint64_t total);
  void *context;
} stir_progress;

/* One item. The host sets `rank`, `shape` and the buffers; the plugin leaves these as they are. */
typedef struct stir_item {
  uint32_t rank;     /* axes behind the channels: 1 for [channels, time], 2 for [channels, height, width] */
  uint32_t shape[3]; /* channels, then the extents; 0 where there is no axis */
  float *values;     /* as many as the shape says, row-major, normalised: nearly all within -1 ... 1 */
  float *conditions; /* the values of all conditions one after the other; null for an item without */
  float scale;       /* what normalisation multiplied by, which write divides out; 0: none, or unknown */
  int32_t label;     /* the index among the data's labels, -1: none */
  stir_text caption; /* what a person would say of it; count 0: nothing */
} stir_item;

/* The plugin's own structures. */
typedef struct stir_modality stir_modality; /* a kind of data with its settings chosen */
typedef struct stir_data stir_data;         /* the items of a file or folder, which stay on disk */

typedef struct stir_plugin stir_plugin;
struct stir_plugin {
  uint32_t magic;       /* STIR_PLUGIN_MAGIC */
  uint32_t struct_size; /* sizeof(stir_plugin) */
  uint32_t abi_major;   /* STIR_ABI_MAJOR */
  uint32_t abi_minor;   /* STIR_ABI_MINOR */
  const char *identifier; /* the name in recipes: a letter, then small letters, digits and hyphens */
  const char *version;    /* to be raised when the same file becomes another array */
  void *context;          /* for the plugin's own use */

  /* What the plugin is, as JSON:
   *   {"summary": "one sentence",
   *    "settings": [{"key": "length", "default": 512, "help": "one sentence"}, ...]}  */
  stir_status (*describe)(const stir_plugin *plugin, stir_text *json, stir_error *error);

  /* Makes a modality from `count` settings laid over the defaults. A key that is not among the
   * settings is STIR_CONFIGURATION. The modality is the plugin's until close_modality. */
  stir_status (*open_modality)(
      const stir_plugin *plugin, const stir_setting *settings, size_t count,
      stir_modality **modality, stir_error *error);

  /* What was made, as JSON [many threads]:
   *   {"configuration": {"length": 512, ...}         every key with its value
   *    "layout": {"channels": 1, "extents": [512],   of a training item
   *               "multiples": [16],                 items that can be written: multiples of this
   *               "limits": [65536]},                up to this; both left out: extents are fixed
   *    "file_extension": "csv", "tolerance": 1e-6,   see write
   *    "conditions": [{"name": "mel", "shape": [80, 32]}]}          left out: none              */
  stir_status (*describe_modality)(
      const stir_modality *modality, stir_text *json, stir_error *error);

  void (*close_modality)(stir_modality *modality);

  /* Opens the items in a file or, recursively, in a folder. STIR_MISSING_INPUT when nothing is
   * there, STIR_INVALID_DATA when nothing there can be used. The data is the plugin's until
   * close_data. */
  stir_status (*open_data)(
      const stir_modality *modality, const char *path, const stir_progress *progress,
      stir_data **data, stir_error *error);

  /* What was opened, as JSON [many threads]:
   *   {"count": 120, "labels": ["cat", "dog"],                      labels left out: none
   *    "rejected": [{"name": "a.csv", "reason": "one sentence"}]}   left out: none             */
  stir_status (*describe_data)(const stir_data *data, stir_text *json, stir_error *error);

  /* The name of the file (or other source) of an item [many threads]. Items of one source never
   * stand on both sides of a held-out split. */
  stir_status (*source)(
      const stir_data *data, uint64_t index, stir_text *name, stir_error *error);

  /* Reads the item at `index`, below count [many threads]. A pure function of index and seed, where
   * the seed decides what is random, such as where a crop begins. Sets every value, every condition,
   * and scale, label and caption (which the host has set to none). */
  stir_status (*read_item)(
      const stir_data *data, uint64_t index, uint64_t seed, stir_item *item, stir_error *error);

  void (*close_data)(stir_data *data);

  /* Writes an item as a new file with every normalisation undone [many threads]. The layout admits
   * its shape. When the file is opened as data by the same modality, its one item has the same
   * values within `tolerance`, once a change of its scale is undone. The host gives a name that
   * nothing else has, and renames the file when all of it is on the disk. */
  stir_status (*write)(
      const stir_modality *modality, const stir_item *item, const char *path, stir_error *error);

  /* What follows may be null; the host then does something general. */

  /* The configuration, as JSON of every key, with what must be learned from the data filled in (a
   * typical level, the mean of each channel). `data` was opened by `modality`. */
  stir_status (*fit)(
      const stir_modality *modality, const stir_data *data, stir_text *json, stir_error *error);

  /* A picture that shows a person what the item is [many threads]. */
  stir_status (*preview)(
      const stir_modality *modality, const stir_item *item, stir_picture *picture,
      stir_error *error);

  /* Numbers that describe an item, as many for each, near for items that a person finds alike
   * [many threads]. */
  stir_status (*features)(
      const stir_modality *modality, const stir_item *item, stir_floats *features,
      stir_error *error);

  /* Measures of items that were made against real ones, as JSON [many threads]:
   *   [{"name": "mean pitch difference (Hz)", "value": 3.2}, ...]  */
  stir_status (*measure)(
      const stir_modality *modality, const stir_item *made, size_t made_count,
      const stir_item *real, size_t real_count, stir_text *json, stir_error *error);

  /* What stands at `path`, as JSON: {"text": "for people", "report": {...} for scripts}. */
  stir_status (*inspect)(
      const stir_modality *modality, const char *path, const stir_progress *progress,
      stir_text *json, stir_error *error);
};

/* The one symbol that a plugin exports. The host calls it once for each time it loads the library. */
STIR_EXPORT const stir_plugin *stir_plugin_entry(void);

/* For authors in C: puts a sentence into `error` and returns `status`. */
static inline stir_status stir_fail(
    stir_error *error, stir_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

/* For authors in C: gives `text` as the result. */
static inline stir_status stir_give(stir_text *result, const char *text) {
  result->count = strlen(text);
  if (result->count <= result->capacity) memcpy(result->data, text, result->count);
  return STIR_OK;
}

#ifdef __cplusplus
}
#endif

#endif
