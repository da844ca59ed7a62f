// Playing with a pause, and what was seen.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"
)

// answer is what `play` saw.
type answer struct {
	Formats      []string `json:"formats"`
	Units        int64    `json:"units"`
	Unreadable   int64    `json:"unreadable"`
	AudioPackets int64    `json:"audioPackets"`
	Lost         uint64   `json:"lost"`
	StartsAtKey  bool     `json:"startsAtKey"`
	WhilePaused  int64    `json:"whilePaused"`
}

func play(address, transport, units string) error {
	wanted, err := strconv.ParseInt(units, 10, 64)
	if err != nil {
		return err
	}
	url, err := base.ParseURL(address)
	if err != nil {
		return err
	}
	protocol := gortsplib.ProtocolTCP
	if transport == "udp" {
		protocol = gortsplib.ProtocolUDP
	}
	seen := answer{}
	var lost atomic.Uint64
	client := gortsplib.Client{
		Scheme: url.Scheme, Host: url.Host, Protocol: &protocol,
		OnPacketsLost: func(count uint64) { lost.Add(count) },
	}
	if err := client.Start(); err != nil {
		return err
	}
	defer client.Close()
	desc, _, err := client.Describe(url)
	if err != nil {
		return err
	}
	if err := client.SetupAll(desc.BaseURL, desc.Medias); err != nil {
		return err
	}
	var got, unreadable, audio atomic.Int64
	arrived := make(chan struct{}, 1)
	count := func(key bool) {
		if got.Add(1) == 1 {
			seen.StartsAtKey = key
		}
		select {
		case arrived <- struct{}{}:
		default:
		}
	}
	for _, media := range desc.Medias {
		for _, one := range media.Formats {
			seen.Formats = append(seen.Formats, one.Codec())
			switch one := one.(type) {
			case *format.H264:
				decoder, err := one.CreateDecoder()
				if err != nil {
					return err
				}
				client.OnPacketRTP(media, one, func(packet *rtp.Packet) {
					unit, err := decoder.Decode(packet)
					if err == nil {
						count(h264.IsRandomAccess(unit))
					} else if err.Error() != "need more packets" {
						unreadable.Add(1)
					}
				})
			case *format.H265:
				decoder, err := one.CreateDecoder()
				if err != nil {
					return err
				}
				client.OnPacketRTP(media, one, func(packet *rtp.Packet) {
					if unit, err := decoder.Decode(packet); err == nil {
						kind := (unit[0][0] >> 1) & 0x3f // VPS, SPS, PPS or an IDR picture begin a key unit (H.265 table 7-1)
						count(kind >= 16 && kind <= 21 || kind >= 32 && kind <= 34)
					} else if err.Error() != "need more packets" {
						unreadable.Add(1)
					}
				})
			default:
				client.OnPacketRTP(media, one, func(*rtp.Packet) { audio.Add(1) })
			}
		}
	}
	until := func(goal int64) error {
		deadline := time.After(20 * time.Second)
		for got.Load() < goal {
			select {
			case <-arrived:
			case <-deadline:
				return fmt.Errorf("only %d of %d access units in 20 s", got.Load(), goal)
			}
		}
		return nil
	}
	if _, err := client.Play(nil); err != nil {
		return err
	}
	if err := until(wanted); err != nil {
		return err
	}
	if _, err := client.Pause(); err != nil {
		return err
	}
	before := got.Load()
	time.Sleep(400 * time.Millisecond)
	seen.WhilePaused = got.Load() - before
	if _, err := client.Play(nil); err != nil {
		return err
	}
	if err := until(before + wanted); err != nil {
		return err
	}
	seen.Units, seen.Unreadable, seen.AudioPackets, seen.Lost = got.Load(), unreadable.Load(), audio.Load(), lost.Load()
	return json.NewEncoder(os.Stdout).Encode(seen)
}
