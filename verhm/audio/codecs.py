"""What may be decoded, and how videos are encoded."""

from typing import Final

HEARD: Final = (
    *("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"),
    *("pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw"),
    *("adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "mp2", "mp2float", "mp3", "mp3float"),
    *("flac", "alac", "aac", "vorbis", "libvorbis", "opus", "libopus", "amrnb", "amrwb"),
)
SEEN: Final = ("h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "h263", "mjpeg", "prores")

# Said outright, since players guess it from the size of the picture, and guess differently.
MATRIX: Final = {"out_color_matrix": "bt709", "out_range": "tv"}
COLOURS: Final = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}
QUALITY: Final = {"vcodec": "libx264", "preset": "veryfast", "crf": 20, "pix_fmt": "yuv420p"}
# AAC ends on a whole packet of 1024 samples: at 48 kHz that is 21 ms, less than a video frame.
SOUND: Final = {"acodec": "aac", "audio_bitrate": "128k", "ar": 48_000}
