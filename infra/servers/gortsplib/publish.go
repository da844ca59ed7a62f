// Publishing the H.264 of a transport stream.
package main

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts/codecs"
)

func publish(address, file string) error {
	opened, err := os.Open(file)
	if err != nil {
		return err
	}
	defer opened.Close()
	reader := &mpegts.Reader{R: opened}
	if err := reader.Initialize(); err != nil {
		return err
	}
	video := &format.H264{PayloadTyp: 96, PacketizationMode: 1}
	desc := &description.Session{Medias: []*description.Media{{Type: description.MediaTypeVideo, Formats: []format.Format{video}}}}
	client := gortsplib.Client{}
	if err := client.StartRecording(address, desc); err != nil {
		return err
	}
	defer client.Close()
	encoder, err := video.CreateEncoder()
	if err != nil {
		return err
	}
	var start time.Time
	var first int64
	for _, track := range reader.Tracks() {
		if _, ok := track.Codec.(*codecs.H264); !ok {
			continue
		}
		reader.OnDataH264(track, func(pts, dts int64, unit [][]byte) error {
			if start.IsZero() {
				start, first = time.Now(), dts
			}
			time.Sleep(time.Duration(dts-first)*time.Second/90000 - time.Since(start))
			packets, err := encoder.Encode(unit)
			if err != nil {
				return err
			}
			for _, packet := range packets {
				packet.Timestamp = uint32(pts)
				if err := client.WritePacketRTP(desc.Medias[0], packet); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for {
		if err := reader.Read(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
