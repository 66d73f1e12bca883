package cli

import (
	"os"
	"os/signal"

	"lifeboat/tf"
)

// endHard ends this process at once when it is told to end a second time: what stops a run lets Terraform finish its current writes,
// and who cannot wait for that ends Terraform and its providers with it. The state stays locked then, and the next run asks before it
// takes the lock.
func endHard() {
	again := make(chan os.Signal, 1)
	signal.Notify(again, endings...)
	go func() {
		<-again
		tf.Kill()
		os.Exit(exitStopped)
	}()
}
