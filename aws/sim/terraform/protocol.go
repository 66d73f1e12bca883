package terraform

// Prefix is where the stand-in speaks to the simulator, on the director's address.
const Prefix = "/_director/terraform/"

// Estate is what the stand-in must know of the simulated account.
type Estate struct {
	Account string    `json:"account"`
	Speed   float64   `json:"speed"` // durations are divided by it
	Regions [2]string `json:"regions"`
}

// File is an object in a simulated bucket: a state, its lock, the roles file.
type File struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Body   []byte `json:"body,omitempty"`
	New    bool   `json:"new,omitempty"` // of a write: only where there is none
	Type   string `json:"type,omitempty"`
}

// Piece is one resource as the provider meets it.
type Piece struct {
	Address string         `json:"address"`
	Type    string         `json:"type"`   // aws_vpc
	Region  string         `json:"region"` // of its provider
	ID      string         `json:"id,omitempty"`
	Values  map[string]any `json:"values,omitempty"`
	Needs   []Piece        `json:"needs,omitempty"` // those made before it that it refers to, without their own needs
}

// What is done to a piece.
const (
	Create = "create"
	Update = "update"
	Delete = "delete"
	Read   = "read" // by its id, as an import does
)

// Order is what is to be done to a piece.
type Order struct {
	Do    string `json:"do"`
	Piece Piece  `json:"piece"`
}

// Work is how far an order has come.
type Work struct {
	Job    int            `json:"job"`
	Done   bool           `json:"done"`
	ID     string         `json:"id,omitempty"`
	Values map[string]any `json:"values,omitempty"` // that the cloud gave it
	Error  string         `json:"error,omitempty"`  // in the provider's words
}

// Seen is what the cloud says of a piece of a state. Gone: it is not there any more. Values hold those that differ at will:
// the cloud's own word on what others may have changed.
type Seen struct {
	Gone   bool           `json:"gone,omitempty"`
	Values map[string]any `json:"values,omitempty"`
}
