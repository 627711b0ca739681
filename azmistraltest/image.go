package azmistraltest

import (
	"bytes"
	"encoding/binary"
)

// sizeOfImage reads the size in pixels at the head of a PNG, JPEG, GIF or WebP file.
// 0, 0: it is none, or its head is not whole. The packages below image are not used
// for it: to import them is to register them, and then a user's program that forgot
// to would work in its tests alone.
func sizeOfImage(data []byte) (width, height int) {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		if len(data) >= 24 && string(data[12:16]) == "IHDR" {
			return int(binary.BigEndian.Uint32(data[16:])), int(binary.BigEndian.Uint32(data[20:]))
		}
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		if len(data) >= 10 {
			return int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
		}
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		return sizeOfJPEG(data[2:])
	case len(data) >= 30 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return sizeOfWebP(data[12:])
	}
	return 0, 0
}

// sizeOfJPEG looks for the frame header among the segments.
func sizeOfJPEG(data []byte) (width, height int) {
	for len(data) >= 4 && data[0] == 0xff {
		marker := data[1]
		switch {
		case marker == 0xff: // a fill byte
			data = data[1:]
			continue
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd8: // no segment behind it
			data = data[2:]
			continue
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			if len(data) >= 9 {
				return int(binary.BigEndian.Uint16(data[7:])), int(binary.BigEndian.Uint16(data[5:]))
			}
			return 0, 0
		}
		length := 2 + int(binary.BigEndian.Uint16(data[2:]))
		if length < 4 || length > len(data) {
			return 0, 0
		}
		data = data[length:]
	}
	return 0, 0
}

// sizeOfWebP reads the first chunk of any of the three kinds.
func sizeOfWebP(data []byte) (width, height int) {
	switch string(data[:4]) {
	case "VP8X": // extended: the size less one, three bytes each
		return 1 + int24(data[12:]), 1 + int24(data[15:])
	case "VP8L": // lossless: fourteen bits each, less one, behind a signature
		if data[8] == 0x2f {
			bits := binary.LittleEndian.Uint32(data[9:])
			return 1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff)
		}
	case "VP8 ": // lossy: behind the frame tag and a start code
		if bytes.Equal(data[11:14], []byte{0x9d, 0x01, 0x2a}) {
			return int(binary.LittleEndian.Uint16(data[14:]) & 0x3fff), int(binary.LittleEndian.Uint16(data[16:]) & 0x3fff)
		}
	}
	return 0, 0
}

func int24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
