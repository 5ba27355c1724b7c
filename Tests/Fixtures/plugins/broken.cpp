// Files of 64 raw floats, and one fault, chosen by -DBREAK=NAME.
#include <dirent.h>
#include <sys/stat.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "stir_plugin.h"

enum Fault {
  NOTHING, CRASH, HANG, NOT_A_NUMBER, UNSET, OTHER_SHAPE, IMPOSSIBLE_LAYOUT, OTHER_VERSION, SHORT_TABLE,
  NO_MAGIC, EXCEPTION, OVERRUN, UNDERRUN, OTHER_IDENTITY, LOSSY, UNSEEDED, RACE, LEAK, ANY_KEY,
  TAKES_EMPTY, EXITS, NO_JSON, SILENT_FAILURE, OVERRUN_OF_FEATURES, GREEDY, LABEL_OUT_OF_RANGE, NO_HELP,
  OVERRUN_IN_WRITE
};
#ifndef BREAK
#define BREAK NOTHING
#endif
#ifndef ENCODING
#define ENCODING "1"
#endif
static constexpr Fault fault = BREAK;
static constexpr uint32_t length = 64;

struct stir_modality { double gain; };
struct stir_data {
  double gain;
  std::vector<std::string> names;
  std::vector<std::vector<float>> items;
};

static stir_status give(stir_text *text, const std::string &words) { return stir_give(text, words.c_str()); }

static stir_status describe(const stir_plugin *, stir_text *json, stir_error *) {
  return give(json, std::string("{\"summary\": \"64 floats\", \"settings\": [{\"key\": \"gain\", \"default\": 1, \"help\": \"")
      + (fault == NO_HELP ? "" : "what is multiplied by") + "\"}]}");
}

static stir_status open_modality(const stir_plugin *, const stir_setting *settings, size_t count,
    stir_modality **modality, stir_error *error) {
  double gain = 1;
  for (size_t i = 0; i < count; i++) {
    if (std::string(settings[i].key) == "gain") {
      char *end;
      gain = strtod(settings[i].value, &end);
      if (*end != 0 || !(gain > 0)) return stir_fail(error, STIR_CONFIGURATION, "gain: expected a positive number");
    } else if (fault != ANY_KEY) {
      return stir_fail(error, STIR_CONFIGURATION, "unknown key %s", settings[i].key);
    }
  }
  *modality = new stir_modality{gain};
  return STIR_OK;
}

static stir_status describe_modality(const stir_modality *m, stir_text *json, stir_error *) {
  if (fault == NO_JSON) return give(json, "{\"layout\": ");
  std::string layout = fault == IMPOSSIBLE_LAYOUT ? "\"multiples\": [16], \"limits\": [48]" : "\"multiples\": [16], \"limits\": [256]";
  return give(json, "{\"configuration\": {\"gain\": " + std::to_string(m->gain) + "}, \"file_extension\": \"f32\", \"tolerance\": 1e-5,"
      "\"layout\": {\"channels\": 1, \"extents\": [64], " + layout + "}}");
}

static void close_modality(stir_modality *m) { delete m; }
static void close_data(stir_data *d) { delete d; }

static stir_status add(stir_data *d, const std::string &path, stir_error *error) {
  FILE *file = fopen(path.c_str(), "rb");
  if (file == nullptr) return stir_fail(error, STIR_MISSING_INPUT, "%s cannot be opened", path.c_str());
  std::vector<float> values(length);
  size_t count = fread(values.data(), sizeof(float), length, file);
  fclose(file);
  bool finite = true;
  for (float value : values) finite = finite && std::isfinite(value) && std::fabs(value) < 100;
  if ((count < length || !finite) && fault != TAKES_EMPTY)
    return stir_fail(error, STIR_INVALID_DATA, "%s has %zu finite floats, expected %u", path.c_str(), count, length);
  d->names.push_back(path);
  d->items.push_back(values);
  return STIR_OK;
}

static stir_status open_data(const stir_modality *m, const char *path, const stir_progress *progress,
    stir_data **data, stir_error *error) {
  if (fault == EXITS) exit(0);
  if (fault == SILENT_FAILURE) return STIR_INVALID_DATA;
  struct stat about;
  if (stat(path, &about) != 0) return stir_fail(error, STIR_MISSING_INPUT, "%s is not there", path);
  stir_data *d = new stir_data{m->gain, {}, {}};
  stir_status status = STIR_OK;
  if (S_ISDIR(about.st_mode)) {
    dirent **entries = nullptr;
    int count = scandir(path, &entries, [](const dirent *e) { return int(strstr(e->d_name, ".f32") != nullptr); }, alphasort);
    for (int i = 0; i < count; i++) {
      if (status == STIR_OK) status = add(d, std::string(path) + "/" + entries[i]->d_name, error);
      if (progress->report(progress->context, i + 1, count) != 0) status = STIR_STOPPED;
      free(entries[i]);
    }
    free(entries);
  } else {
    status = add(d, path, error);
  }
  if (status == STIR_OK && d->items.empty()) status = stir_fail(error, STIR_MISSING_INPUT, "%s holds no .f32", path);
  if (status == STIR_OK) *data = d; else delete d;
  return status;
}

static stir_status describe_data(const stir_data *d, stir_text *json, stir_error *) {
  return give(json, "{\"count\": " + std::to_string(d->items.size()) + ", \"labels\": [\"a\"]}");
}

static stir_status source(const stir_data *d, uint64_t index, stir_text *name, stir_error *) { return give(name, d->names[index]); }

static std::atomic<int> inside{0};

static stir_status read_item(const stir_data *d, uint64_t index, uint64_t, stir_item *item, stir_error *) {
  if (fault == CRASH) { volatile int *nowhere = nullptr; *nowhere = 1; }
  if (fault == HANG) for (volatile int i = 0;; i = i + 1) {}
  if (fault == EXCEPTION) throw std::runtime_error("thrown by read_item");
  for (uint32_t i = 0; i < (fault == UNSET ? length / 2 : length); i++) item->values[i] = float(d->items[index][i] * d->gain);
  if (fault == NOT_A_NUMBER) item->values[5] = NAN;
  if (fault == OVERRUN) item->values[length] = 1;
  if (fault == UNDERRUN) item->values[-1] = 1;
  if (fault == OTHER_SHAPE) item->shape[1] = 32;
  if (fault == UNSEEDED) item->values[0] = 0.5f * float(rand()) / float(RAND_MAX);
  if (fault == LABEL_OUT_OF_RANGE) item->label = 7;
  if (fault == LEAK) memset(malloc(4096), 1, 4096);
  if (fault == RACE) {
    // Two readers at once disturb each other; one alone does not wait long for another.
    if (inside.fetch_add(1) > 0) item->values[0] += 0.25f;
    for (volatile int i = 0; i < 1000000 && inside.load() < 2; i = i + 1) {}
    inside.fetch_sub(1);
  }
  item->scale = float(d->gain);
  return STIR_OK;
}

static stir_status write_item(const stir_modality *m, const stir_item *item, const char *path, stir_error *error) {
  FILE *file = fopen(path, "wb");
  if (file == nullptr) return stir_fail(error, STIR_UNWRITABLE_OUTPUT, "cannot write %s", path);
  for (uint32_t i = 0; i < item->shape[1]; i++) {
    float value = float(item->values[i] / m->gain * (fault == LOSSY ? 0.5 : 1));
    fwrite(&value, sizeof value, 1, file);
  }
  fclose(file);
  if (fault == OVERRUN_IN_WRITE) item->values[item->shape[1]] = 1;
  return STIR_OK;
}

static stir_status features(const stir_modality *, const stir_item *item, stir_floats *result, stir_error *) {
  result->count = fault == GREEDY ? size_t(1) << 40 : 2;
  if (result->count > result->capacity) return STIR_OK;
  result->data[0] = item->values[0];
  result->data[1] = item->values[1];
  if (fault == OVERRUN_OF_FEATURES) result->data[result->capacity] = 1;
  return STIR_OK;
}

extern "C" const stir_plugin *stir_plugin_entry(void) {
  static const stir_plugin table = {
    .magic = fault == NO_MAGIC ? 1 : STIR_PLUGIN_MAGIC,
    .struct_size = fault == SHORT_TABLE ? 16 : uint32_t(sizeof(stir_plugin)),
    .abi_major = fault == OTHER_VERSION ? STIR_ABI_MAJOR + 1 : STIR_ABI_MAJOR,
    .abi_minor = STIR_ABI_MINOR,
    .identifier = fault == OTHER_IDENTITY ? "other" : "broken",
    .version = ENCODING,
    .context = nullptr,
    .describe = describe, .open_modality = open_modality, .describe_modality = describe_modality,
    .close_modality = close_modality, .open_data = open_data, .describe_data = describe_data,
    .source = source, .read_item = read_item, .close_data = close_data, .write = write_item,
    .fit = nullptr, .preview = nullptr, .features = features, .measure = nullptr, .inspect = nullptr,
  };
  return &table;
}
