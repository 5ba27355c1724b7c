/* wfdb212: signals in format 212 of PhysioNet's WFDB. A text header (.hea) names the signal file,
 * which holds two 12-bit samples in three bytes; the first signal of each record is read. What is
 * written is one file: a header that names itself as the signal file, with the samples behind it.
 * Reference: header(5) and signal(5) in G. Moody, "WFDB Applications Guide". */
#include <fts.h>
#include <math.h>
#include <stdlib.h>

#include "stir_plugin.h"

enum { LENGTH, RATE, RANGE, KEYS };
enum { PROLOG = 512, GAIN = 200 }; /* of what is written: bytes, and units a millivolt */

static const struct { const char *name, *help; double fallback, low, high; } keys[KEYS] = {
    {"length", "the samples of an item", 1024, 16, 1 << 16},
    {"rate", "the samples a second that records must have", 360, 1, 1e6},
    {"range", "the millivolts that become 1", 2, 1e-3, 1e3},
};

struct stir_modality { double value[KEYS]; };

struct stir_data {
  const stir_modality *modality;
  size_t items, length;
  float *values;      /* items x length, normalised */
  char (*names)[256]; /* the header of each item, below the folder */
};

static stir_status describe(const stir_plugin *plugin, stir_text *json, stir_error *error) {
  char text[1024];
  int n = sprintf(text, "{\"summary\": \"signals in WFDB format 212\", \"settings\": [");
  for (int k = 0; k < KEYS; k++)
    n += sprintf(text + n, "%s{\"key\": \"%s\", \"default\": %.9g, \"help\": \"%s, %.9g to %.9g\"}",
        k ? ", " : "", keys[k].name, keys[k].fallback, keys[k].help, keys[k].low, keys[k].high);
  strcpy(text + n, "]}");
  return stir_give(json, text);
}

static stir_status open_modality(const stir_plugin *plugin, const stir_setting *settings,
    size_t count, stir_modality **modality, stir_error *error) {
  stir_modality made;
  for (int k = 0; k < KEYS; k++) made.value[k] = keys[k].fallback;
  for (size_t i = 0; i < count; i++) {
    int k = 0;
    while (k < KEYS && strcmp(settings[i].key, keys[k].name) != 0) k++;
    if (k == KEYS) return stir_fail(error, STIR_CONFIGURATION, "unknown key %s", settings[i].key);
    char *end;
    double value = made.value[k] = strtod(settings[i].value, &end);
    int isIn = value >= keys[k].low && value <= keys[k].high; /* not so for NaN */
    if (*end || !isIn || (k == LENGTH && value != floor(value)))
      return stir_fail(error, STIR_CONFIGURATION, "%s: expected %.9g to %.9g, found %s",
          keys[k].name, keys[k].low, keys[k].high, settings[i].value);
  }
  *modality = malloc(sizeof made);
  if (*modality == NULL) return stir_fail(error, STIR_FAILURE, "no memory");
  **modality = made;
  return STIR_OK;
}

static stir_status describe_modality(const stir_modality *m, stir_text *json, stir_error *error) {
  char text[512];
  snprintf(text, sizeof text,
      "{\"configuration\": {\"length\": %.0f, \"rate\": %.17g, \"range\": %.17g},"
      " \"layout\": {\"channels\": 1, \"extents\": [%.0f], \"multiples\": [1], \"limits\": [%.0f]},"
      " \"file_extension\": \"hea\", \"tolerance\": %g}", /* half a unit, and float's rounding */
      m->value[LENGTH], m->value[RATE], m->value[RANGE], m->value[LENGTH], keys[LENGTH].high,
      0.501 / (GAIN * m->value[RANGE]));
  return stir_give(json, text);
}

static void close_modality(stir_modality *m) { free(m); }

static void close_data(stir_data *d) { free(d->values), free(d->names), free(d); }

static const char *base(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

/* Appends the whole items of a record; samples behind the last whole one are left out. */
static stir_status append(stir_data *d, const char *path, const char *name, stir_error *error) {
  char text[PROLOG + 1], other[256] = "", format[64] = "none", gain[64] = "", beside[4608], *end;
  unsigned long long signals = 0, samples = 0;
  double rate = 0, zero = 0, range = d->modality->value[RANGE];
  FILE *file = fopen(path, "rb");
  if (file == NULL) return stir_fail(error, STIR_MISSING_INPUT, "%s cannot be opened", path);
  text[fread(text, 1, PROLOG, file)] = 0;
  const char *line = strchr(text, '\n');
  if (sscanf(text, "%*s %llu %lf %llu", &signals, &rate, &samples) == 3 && line != NULL)
    sscanf(line, "%255s %63s %63s %*s %lf", other, format, gain, &zero);
  long number = strtol(format, &end, 10), offset = strtol(end, &end, 10);
  int is212 = number == 212 && *end == 0;
  double unit = strtod(gain, &end);
  if (*end == '(') zero = strtod(end + 1, NULL);
  if (unit == 0) unit = 200; /* as header(5) says of a gain that is 0 or not there */
  /* The signal file is beside the header; a header that names itself may have been renamed. */
  snprintf(beside, sizeof beside, "%.*s%s", (int)(base(path) - path), path, other);
  if (strstr(other, ".hea") == NULL) fclose(file), file = fopen(beside, "rb");
  if (!is212 || rate != d->modality->value[RATE] || samples < d->length || samples > 1 << 30 ||
      signals - 1 > 254 || !(unit > 1e-3) || !(fabs(zero) < 1e6)) {
    if (file != NULL) fclose(file);
    return stir_fail(error, STIR_INVALID_DATA,
        "%s: expected a header of %zu samples or more in format 212 at %g Hz, found %llu in format "
        "%s at %g Hz", path, d->length, d->modality->value[RATE], samples, format, rate);
  }
  size_t items = d->items + samples / d->length;
  d->values = realloc(d->values, items * d->length * sizeof *d->values);
  d->names = realloc(d->names, items * sizeof *d->names);
  int failed = !d->values || !d->names || !file || fseek(file, offset, SEEK_SET) != 0;
  unsigned char bytes[3];
  for (size_t i = 0; !failed && i < samples * signals; i++) {
    if (i % 2 == 0) failed = fread(bytes, 1, 3, file) < (i + 1 == samples * signals ? 2 : 3);
    if (i % signals != 0 || d->items == items) continue;
    int bits = i % 2 == 0 ? bytes[0] | (bytes[1] & 15) << 8 : bytes[2] | bytes[1] >> 4 << 8;
    double millivolts = ((bits ^ 0x800) - 0x800 - zero) / unit; /* two's complement */
    d->values[d->items * d->length + i / signals % d->length] = (float)(millivolts / range);
    if ((i / signals + 1) % d->length == 0)
      snprintf(d->names[d->items++], sizeof *d->names, "%s", name);
  }
  if (file != NULL) fclose(file);
  return failed ? stir_fail(error, STIR_INVALID_DATA, "%s: %s is cut short", path, other) : STIR_OK;
}

static int by_name(const FTSENT **one, const FTSENT **other) {
  return strcmp((*one)->fts_name, (*other)->fts_name);
}

/* A header, or those in a folder and all below it. */
static stir_status open_data(const stir_modality *m, const char *path,
    const stir_progress *progress, stir_data **data, stir_error *error) {
  char *roots[] = {(char *)path, NULL};
  FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
  stir_data *d = calloc(1, sizeof *d);
  if (d == NULL || tree == NULL) return stir_fail(error, STIR_FAILURE, "no memory");
  *d = (stir_data){.modality = m, .length = (size_t)m->value[LENGTH]};
  stir_status status = STIR_OK;
  uint64_t records = 0;
  for (FTSENT *entry; status == STIR_OK && (entry = fts_read(tree)) != NULL;) {
    const char *name = entry->fts_name, *dot = strrchr(name, '.');
    int isRoot = entry->fts_level == 0, isHeader = dot != NULL && strcmp(dot, ".hea") == 0;
    if (!isRoot && name[0] == '.') fts_set(tree, entry, FTS_SKIP);
    if (entry->fts_info != FTS_F || (!isRoot && !isHeader)) continue;
    status = append(d, entry->fts_path, isRoot ? name : entry->fts_path + strlen(path) + 1, error);
    records++;
    if (status == STIR_OK && progress->report(progress->context, records, records) != 0)
      status = STIR_STOPPED;
  }
  fts_close(tree);
  if (status == STIR_OK && d->items == 0)
    status = stir_fail(error, STIR_MISSING_INPUT, "%s holds no .hea file", path);
  if (status == STIR_OK) *data = d; else close_data(d);
  return status;
}

static stir_status describe_data(const stir_data *d, stir_text *json, stir_error *error) {
  char text[64];
  snprintf(text, sizeof text, "{\"count\": %zu}", d->items);
  return stir_give(json, text);
}

static stir_status source(const stir_data *d, uint64_t index, stir_text *name, stir_error *error) {
  return stir_give(name, d->names[index]);
}

static stir_status read_item(
    const stir_data *d, uint64_t index, uint64_t seed, stir_item *item, stir_error *error) {
  memcpy(item->values, d->values + index * d->length, d->length * sizeof *item->values);
  return STIR_OK;
}

static stir_status write_item(
    const stir_modality *m, const stir_item *item, const char *path, stir_error *error) {
  size_t count = item->shape[1], size = PROLOG + (3 * count + 1) / 2;
  unsigned char *bytes = calloc(1, size + 1);
  if (bytes == NULL) return stir_fail(error, STIR_FAILURE, "no memory");
  int stem = (int)strcspn(base(path), ". ");
  int used = snprintf((char *)bytes, PROLOG, "%.*s 1 %.9g %zu\n%.*s.hea 212+%d %d(0)/mV 12 0",
      stem < 99 ? stem : 99, base(path), m->value[RATE], count, stem < 99 ? stem : 99, base(path),
      PROLOG, GAIN);
  memset(bytes + used, '\n', PROLOG - used);
  for (size_t i = 0; i < count; i++) {
    int value = (int)lround(fmax(-2047, fmin(2047, item->values[i] * m->value[RANGE] * GAIN)));
    bytes[PROLOG + i / 2 * 3 + i % 2 * 2] = value & 0xFF;
    bytes[PROLOG + i / 2 * 3 + 1] |= (value >> 8 & 15) << i % 2 * 4;
  }
  FILE *file = fopen(path, "wb");
  int failed = file == NULL || fwrite(bytes, 1, size, file) != size;
  if (file != NULL && fclose(file) != 0) failed = 1;
  free(bytes);
  return failed ? stir_fail(error, STIR_UNWRITABLE_OUTPUT, "cannot write %s", path) : STIR_OK;
}

static const stir_plugin table = {STIR_PLUGIN_MAGIC, sizeof(stir_plugin), STIR_ABI_MAJOR,
    STIR_ABI_MINOR, .identifier = "wfdb212", .version = "1", .describe = describe,
    .open_modality = open_modality, .describe_modality = describe_modality,
    .close_modality = close_modality, .open_data = open_data, .describe_data = describe_data,
    .source = source, .read_item = read_item, .close_data = close_data, .write = write_item};

const stir_plugin *stir_plugin_entry(void) { return &table; }
