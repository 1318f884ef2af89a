module pkg-sftp-server

go 1.18

require (
	github.com/pkg/sftp v1.13.6
	golang.org/x/crypto v0.17.0
)

require (
	github.com/kr/fs v0.1.0 // indirect
	golang.org/x/sys v0.15.0 // indirect
)
