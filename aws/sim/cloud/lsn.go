package cloud

import "fmt"

// LSN is a position in a database's write-ahead log, in bytes.
type LSN uint64

// String writes it as PostgreSQL does: 16/B374D848.
func (l LSN) String() string { return fmt.Sprintf("%X/%X", uint64(l)>>32, uint32(l)) }
