package main

import (
	"math"
	"strconv"
	"strings"
)

// unit writes a number as a reader wants it.
type unit func(float64) string

// times is a ratio.
func times(v float64) string { return digits(v) }

// count has no places behind the point where there is nothing.
func count(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 100 {
		return strconv.Itoa(int(v))
	}
	return digits(v)
}

func bytesUnit(v float64) string {
	switch {
	case math.Abs(v) >= 999_500:
		return count(v/1e6) + " MB"
	case math.Abs(v) >= 9_995:
		return count(v/1e3) + " KB"
	}
	return count(v) + " B"
}

func microseconds(v float64) string {
	if v >= 999.5 {
		return digits(v/1000) + " ms"
	}
	return digits(v) + " µs"
}

func milliseconds(v float64) string { return digits(v) + " ms" }

func seconds(v float64) string { return digits(v) + " s" }

// digits gives two or three digits that count, and thousands apart.
func digits(v float64) string {
	a := math.Abs(v)
	switch {
	case a < 0.005:
		return "0"
	case a < 0.1:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case a < 9.95:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case a < 99.5:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	text := strconv.FormatFloat(math.Round(a), 'f', 0, 64)
	var b strings.Builder
	if v < 0 {
		b.WriteByte('-')
	}
	for i, r := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}
