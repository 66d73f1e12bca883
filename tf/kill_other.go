//go:build !unix

package tf

// Kill does nothing here: Terraform ends with the process that started it, or by itself.
func Kill() {}
