package media

import (
	"bytes"
	"encoding/binary"
)

// shape is what an image's header says of it. 0 means that it does not say, or not
// within the bytes that are there.
//
// The headers are read here and not with the standard library's decoders: those
// know no WEBP, do not count frames without decoding them, and importing them
// registers their formats in the caller's program.
type shape struct{ width, height, frames int }

// measurePNG reads the header, and the chunk before the first data that says that
// the picture is animated.
func measurePNG(data []byte) (s shape) {
	const signature, header, checksum = 8, 8, 4
	for at := signature; at+header <= len(data); {
		length := uint64(binary.BigEndian.Uint32(data[at:]))
		body := data[at+header:]
		switch string(data[at+4 : at+header]) {
		case "IHDR":
			if at == signature && len(body) >= 8 {
				s.width, s.height = sides(binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:]))
			}
		case "acTL":
			if len(body) >= 4 {
				s.frames, _ = sides(binary.BigEndian.Uint32(body), 0)
			}
		case "IDAT", "IEND":
			return s
		}
		if length+checksum > uint64(len(body)) {
			return s
		}
		at += header + int(length) + checksum
	}
	return s
}

// sides gives two numbers of 32 bits as int. No format allows the highest bit.
func sides(width, height uint32) (int, int) {
	const most = 1<<31 - 1
	return int(min(width, most)), int(min(height, most))
}

// measureJPEG looks for the frame header. What is in other segments, such as a small
// picture within EXIF data, is skipped with them.
func measureJPEG(data []byte) (s shape) {
	for at := 2; ; {
		next := bytes.IndexByte(data[min(at, len(data)):], 0xFF)
		if next < 0 {
			return s
		}
		at += next
		for at < len(data) && data[at] == 0xFF { // any number may stand before a marker
			at++
		}
		if at >= len(data) {
			return s
		}
		marker := data[at]
		at++
		switch {
		case marker == 0x00 || marker >= 0xD0 && marker <= 0xD7:
			continue // no marker, or one without a length
		case marker == 0xD9 || marker == 0xDA: // the end, or the first scan
			return s
		}
		if at+2 > len(data) {
			return s
		}
		length := int(binary.BigEndian.Uint16(data[at:]))
		if length < 2 {
			return s
		}
		// C0 to CF are frame headers, but for the tables C4 and CC and the reserved C8.
		if marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC {
			if length >= 7 && at+7 <= len(data) {
				s.height = int(binary.BigEndian.Uint16(data[at+3:]))
				s.width = int(binary.BigEndian.Uint16(data[at+5:]))
			}
			return s
		}
		at += length
	}
}

// measureGIF reads the size of the screen, and counts the frames by their headers.
func measureGIF(data []byte) (s shape) {
	if len(data) < 13 {
		return s
	}
	s.width = int(binary.LittleEndian.Uint16(data[6:]))
	s.height = int(binary.LittleEndian.Uint16(data[8:]))
	at := 13 + colorTable(data[10])
	for at < len(data) {
		switch data[at] {
		case 0x21: // an extension: its label, then blocks
			at = skipBlocks(data, at+2)
		case 0x2C: // a frame: place and size, flags, maybe colors, code size, then blocks
			if at+10 > len(data) {
				return s
			}
			s.frames++
			at = skipBlocks(data, at+10+colorTable(data[at+9])+1)
		default: // the trailer, or nothing that is known
			return s
		}
	}
	return s
}

// colorTable is the length of the color table that flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&0x07 + 1)
}

// skipBlocks gives the place after the blocks at a place: each begins with its
// length, and one of length 0 is the last.
func skipBlocks(data []byte, at int) int {
	for at < len(data) {
		length := int(data[at])
		at += 1 + length
		if length == 0 {
			break
		}
	}
	return at
}

// measureWEBP looks for the picture's chunk or, of the extended format, for the
// header that is in its place; behind that it counts the frames.
func measureWEBP(data []byte) (s shape) {
	const riff, header = 12, 8
	for at := riff; at+header <= len(data); {
		length := uint64(binary.LittleEndian.Uint32(data[at+4:]))
		body := data[at+header:]
		switch name := string(data[at : at+4]); {
		case name == "ANMF":
			s.frames++
		case s.width > 0: // the extended format's picture, or what is none
		case name == "VP8 ":
			return shapeVP8(body)
		case name == "VP8L":
			return shapeVP8L(body)
		case name == "VP8X" && len(body) >= 10:
			s.width = 1 + uint24(body[4:])
			s.height = 1 + uint24(body[7:])
		}
		length += length & 1 // padded
		if length > uint64(len(body)) {
			return s
		}
		at += header + int(length)
	}
	return s
}

// shapeVP8 reads the header of a key frame: three bytes of flags, a start code,
// width and height of 14 bits, each below two bits of scale.
func shapeVP8(data []byte) (s shape) {
	if len(data) < 10 || data[0]&1 != 0 || string(data[3:6]) != "\x9d\x01\x2a" {
		return s
	}
	s.width = int(binary.LittleEndian.Uint16(data[6:]) & 0x3FFF)
	s.height = int(binary.LittleEndian.Uint16(data[8:]) & 0x3FFF)
	return s
}

// shapeVP8L reads the lossless header: a signature, then width and height of 14
// bits, each less one.
func shapeVP8L(data []byte) (s shape) {
	if len(data) < 5 || data[0] != 0x2F {
		return s
	}
	bits := binary.LittleEndian.Uint32(data[1:])
	s.width = 1 + int(bits&0x3FFF)
	s.height = 1 + int(bits>>14&0x3FFF)
	return s
}

func uint24(data []byte) int { return int(data[0]) | int(data[1])<<8 | int(data[2])<<16 }
