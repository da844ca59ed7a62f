// An independent RTSP client and server (gortsplib) for the integration tests: plays, pauses, publishes, serves; answers in one line of JSON.
package main

import (
	"errors"
	"fmt"
	"os"
)

const usage = `gortsplib-peer play URL tcp|udp UNITS     plays UNITS access units, pauses, plays as many again
gortsplib-peer publish URL FILE.ts          publishes the H.264 of a transport stream at its own speed, once
gortsplib-peer serve USER PASSWORD          takes one publisher and any players, both with that credential; prints its port`

func main() {
	args := os.Args[1:]
	var err error
	switch {
	case len(args) == 4 && args[0] == "play":
		err = play(args[1], args[2], args[3])
	case len(args) == 3 && args[0] == "publish":
		err = publish(args[1], args[2])
	case len(args) == 3 && args[0] == "serve":
		err = serve(args[1], args[2])
	default:
		err = errors.New(usage)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
