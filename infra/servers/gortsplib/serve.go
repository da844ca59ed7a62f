// A server for one publisher and any players.
package main

import (
	"fmt"
	"net"
	"strconv"
	"sync"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"
	"github.com/pion/rtp"
)

// relay hands one publisher's packets to all players.
type relay struct {
	server         *gortsplib.Server
	user, password string
	mutex          sync.RWMutex
	stream         *gortsplib.ServerStream
}

// may refuses who does not show the credential; gortsplib answers this error with its challenge.
func (r *relay) may(conn *gortsplib.ServerConn, request *base.Request) (*base.Response, error) {
	if conn.VerifyCredentials(request, r.user, r.password) {
		return nil, nil
	}
	return &base.Response{StatusCode: base.StatusUnauthorized}, liberrors.ErrServerAuth{}
}

func (r *relay) current() (*base.Response, *gortsplib.ServerStream, error) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	if r.stream == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, r.stream, nil
}

// OnDescribe implements gortsplib.ServerHandlerOnDescribe.
func (r *relay) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if refused, err := r.may(ctx.Conn, ctx.Request); refused != nil {
		return refused, nil, err
	}
	return r.current()
}

// OnAnnounce implements gortsplib.ServerHandlerOnAnnounce.
func (r *relay) OnAnnounce(ctx *gortsplib.ServerHandlerOnAnnounceCtx) (*base.Response, error) {
	if refused, err := r.may(ctx.Conn, ctx.Request); refused != nil {
		return refused, err
	}
	stream := &gortsplib.ServerStream{Server: r.server, Desc: ctx.Description}
	if err := stream.Initialize(); err != nil {
		return &base.Response{StatusCode: base.StatusBadRequest}, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.stream = stream
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnSetup implements gortsplib.ServerHandlerOnSetup.
func (r *relay) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if ctx.Session.State() == gortsplib.ServerSessionStatePreRecord {
		return &base.Response{StatusCode: base.StatusOK}, nil, nil
	}
	return r.current()
}

// OnPlay implements gortsplib.ServerHandlerOnPlay.
func (r *relay) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnRecord implements gortsplib.ServerHandlerOnRecord.
func (r *relay) OnRecord(ctx *gortsplib.ServerHandlerOnRecordCtx) (*base.Response, error) {
	stream := r.stream
	ctx.Session.OnPacketRTPAny(func(media *description.Media, _ format.Format, packet *rtp.Packet) {
		_ = stream.WritePacketRTP(media, packet) // a player that has gone is not the publisher's fault
	})
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// freePair is an even UDP port and the next, which gortsplib wants named; free a moment ago.
func freePair() (string, string) {
	for {
		first, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			continue
		}
		port := first.LocalAddr().(*net.UDPAddr).Port
		_ = first.Close()
		if port%2 != 0 {
			continue
		}
		second, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port+1))
		if err != nil {
			continue
		}
		_ = second.Close()
		return strconv.Itoa(port), strconv.Itoa(port + 1)
	}
}

func serve(user, password string) error {
	handler := &relay{user: user, password: password}
	rtp, rtcp := freePair()
	handler.server = &gortsplib.Server{
		Handler: handler, RTSPAddress: "127.0.0.1:0",
		UDPRTPAddress: "127.0.0.1:" + rtp, UDPRTCPAddress: "127.0.0.1:" + rtcp,
		Listen: func(network, address string) (net.Listener, error) {
			listener, err := net.Listen(network, address)
			if err == nil {
				fmt.Println(listener.Addr().(*net.TCPAddr).Port)
			}
			return listener, err
		},
	}
	if err := handler.server.Start(); err != nil {
		return err
	}
	return handler.server.Wait()
}
