// The peer that the counter is measured against and whose answers it gives: Go's net/http with the same routes.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
)

func main() {
	var number int64
	http.HandleFunc("/get-number", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error": "Only GET HTTP method is supported."}`)
			return
		}
		fmt.Fprintf(w, "{number: %d}", atomic.AddInt64(&number, 1))
	})
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "listening", listener.Addr())
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
