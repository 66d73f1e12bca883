// Package stack is Lifeboat's Terraform, embedded: root modules with a state of their own, and the modules that they are
// made of. It works without Lifeboat too; README.md beside this file says how.
package stack

import "embed"

// Files holds every root as <root>/*.tf and every module as modules/<module>/*.tf. What a person's own runs leave in these
// folders (states, variables, provider copies) is never embedded, nor are the tests.
//
//go:embed all:*/*.tf all:modules/*/*.tf
var Files embed.FS
