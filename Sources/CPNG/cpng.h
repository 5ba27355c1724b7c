// libpng's simplified interface as Swift sees it.
//
// The simplified interface needs no setjmp, which Swift cannot call. Its entry points take a
// png_image whose flags are macros; this header wraps what the project does with it. Pixels are
// rows from the top without gaps, 8 bits a sample, of 1 to 4 channels: grey, grey and alpha, red
// green blue, and these with alpha.

#ifndef STIR_CPNG_H
#define STIR_CPNG_H

#include <png.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/// The length of libpng's own messages.
#define STIR_PNG_MESSAGE_LENGTH 64

/// Encodes `width` x `height` pixels of 1 or 3 channels.
///
/// Returns the file, `*length` bytes to be freed, or null with a reason.
static inline void *stir_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, size_t *length,
    char message[STIR_PNG_MESSAGE_LENGTH]) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  void *memory = malloc(bytes);
  if (memory == NULL) {
    strcpy(message, "out of memory");
    return NULL;
  }
  if (!png_image_write_to_memory(&image, memory, &bytes, 0, pixels, 0, NULL)) {
    free(memory);
    memory = NULL;
  }
  *length = bytes;
  memcpy(message, image.message, STIR_PNG_MESSAGE_LENGTH);
  png_image_free(&image);
  return memory;
}

/// What the header of the file in `memory` says; no memory is taken for pixels.
///
/// Returns 1, or 0 with a reason.
static inline int stir_png_read_header(
    const void *memory, size_t length, uint32_t *width, uint32_t *height, uint32_t *channels,
    char message[STIR_PNG_MESSAGE_LENGTH]) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  int done = png_image_begin_read_from_memory(&image, memory, length);
  *width = image.width;
  *height = image.height;
  *channels = PNG_IMAGE_SAMPLE_CHANNELS(image.format);
  memcpy(message, image.message, STIR_PNG_MESSAGE_LENGTH);
  png_image_free(&image);
  return done;
}

/// Decodes the file in `memory` into `pixels`, which has room for what its header says: sRGB,
/// whatever the file's palette, depth, interlacing and gamma. 16 bits are sRGB unless the file says
/// otherwise.
///
/// Returns 1, or 0 with a reason.
static inline int stir_png_decode(
    const void *memory, size_t length, uint8_t *pixels, char message[STIR_PNG_MESSAGE_LENGTH]) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  int done = png_image_begin_read_from_memory(&image, memory, length);
  if (done) {
    image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    done = png_image_finish_read(&image, NULL, pixels, 0, NULL);
  }
  memcpy(message, image.message, STIR_PNG_MESSAGE_LENGTH);
  png_image_free(&image);
  return done;
}

#endif
