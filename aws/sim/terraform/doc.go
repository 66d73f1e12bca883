// Package terraform is a stand-in for the terraform program on a simulated estate: it speaks its command line as
// terraform-exec calls it, prints its machine-readable lines, keeps its states where the real one does (in the simulated
// bucket, or beside the root's files) and makes in the simulated cloud what the stack's roots describe. It computes plans
// from a list of resources that is generated from real plans of the stack (resources.json), and reads no HCL but import
// blocks. Nothing of it is real, and it says so in its version.
package terraform

import (
	"net"
	"os"
	"strconv"
)

// Env names the variable that makes this program the stand-in. Its value is then the address (host:port) of a simulator's
// director; a path names a real program, and is not for us.
const Env = "LIFEBOAT_TERRAFORM"

// Asked says whether this process is to be the stand-in, and for which director.
func Asked() (director string, asked bool) {
	director = os.Getenv(Env)
	_, port, err := net.SplitHostPort(director)
	if err != nil {
		return "", false
	}
	n, err := strconv.Atoi(port)
	return director, err == nil && n > 0 && n < 1<<16
}
