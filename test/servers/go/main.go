// pkg-sftp-server PORT FOLDER HOST_KEY [plain]: an SFTP server on Go's pkg/sftp that lets every key in and works in FOLDER. With
// `plain` it announces no extension.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

func main() {
	port, folder, hostKey := os.Args[1], os.Args[2], os.Args[3]
	if len(os.Args) > 4 && os.Args[4] == "plain" {
		must(sftp.SetSFTPExtensions())
	}
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil },
	}
	config.AddHostKey(signer(hostKey))
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	must(err)
	fmt.Println("ready", listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		must(err)
		go serve(connection, config, folder)
	}
}

func signer(path string) ssh.Signer {
	text, err := os.ReadFile(path)
	must(err)
	key, err := ssh.ParsePrivateKey(text)
	must(err)
	return key
}

func serve(connection net.Conn, config *ssh.ServerConfig, folder string) {
	defer connection.Close()
	_, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		if asked.ChannelType() != "session" {
			asked.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		channel, requests, err := asked.Accept()
		if err != nil {
			return
		}
		go session(channel, requests, folder)
	}
}

func session(channel ssh.Channel, requests <-chan *ssh.Request, folder string) {
	for request := range requests {
		isSftp := request.Type == "subsystem" && len(request.Payload) > 4 && string(request.Payload[4:]) == "sftp"
		request.Reply(isSftp, nil)
		if isSftp {
			go serveSftp(channel, folder)
		}
	}
}

func serveSftp(channel ssh.Channel, folder string) {
	defer channel.Close()
	server, err := sftp.NewServer(channel, sftp.WithServerWorkingDirectory(folder))
	must(err)
	if err := server.Serve(); err != nil && err != io.EOF {
		log.Print(err)
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
