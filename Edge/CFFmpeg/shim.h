// What Swift cannot see in the FFmpeg headers: macros, and calls that take a va_list.
#pragma once

#include <errno.h>
#include <stdio.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

static const int64_t CFF_NO_PTS = AV_NOPTS_VALUE;

static const int CFF_ERROR_AGAIN = AVERROR(EAGAIN);
static const int CFF_ERROR_EOF = AVERROR_EOF;
static const int CFF_ERROR_EXIT = AVERROR_EXIT;
static const int CFF_ERROR_INVALID_DATA = AVERROR_INVALIDDATA;
static const int CFF_ERROR_STREAM_NOT_FOUND = AVERROR_STREAM_NOT_FOUND;
static const int CFF_ERROR_DECODER_NOT_FOUND = AVERROR_DECODER_NOT_FOUND;
static const int CFF_ERROR_PROTOCOL_NOT_FOUND = AVERROR_PROTOCOL_NOT_FOUND;
static const int CFF_ERROR_UNAUTHORIZED = AVERROR_HTTP_UNAUTHORIZED;
static const int CFF_ERROR_FORBIDDEN = AVERROR_HTTP_FORBIDDEN;
static const int CFF_ERROR_NOT_FOUND = AVERROR_HTTP_NOT_FOUND;
static const int CFF_ERROR_OTHER_4XX = AVERROR_HTTP_OTHER_4XX;
static const int CFF_ERROR_PATCH_WELCOME = AVERROR_PATCHWELCOME;

// The code of a system error, as FFmpeg returns it.
static inline int cff_error(int system_error) { return AVERROR(system_error); }

// One formatted line of FFmpeg's log, without the line break.
typedef void (*cff_log_sink)(int level, const char *line);

// Swift emits the functions of a header, but not its variables: hence a variable inside a function.
static inline cff_log_sink *cff_log_place(void) {
    static cff_log_sink sink;
    return &sink;
}

static inline void cff_log_callback(void *context, int level, const char *format, va_list arguments) {
    cff_log_sink sink = *cff_log_place();
    if (level > AV_LOG_WARNING || !sink) return;
    char line[512];
    int prefix = 1;
    av_log_format_line2(context, level, format, arguments, line, sizeof line, &prefix);
    sink(level, line);
}

// Sends warnings and errors of every FFmpeg library to `sink` and nowhere else. Call once, before any other call.
static inline void cff_log_install(cff_log_sink sink) {
    *cff_log_place() = sink;
    av_log_set_callback(cff_log_callback);
}
