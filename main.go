// Lifeboat is a terminal cockpit for two-region disaster recovery on AWS.
package main

import (
	"os"

	"lifeboat/views/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
