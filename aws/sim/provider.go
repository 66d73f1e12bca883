package sim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/terraform"
)

// providing is what the stand-in for Terraform makes in the model: the orders that are under way, by number.
type providing struct {
	cloud *cloud.Cloud
	mu    sync.Mutex
	jobs  []*cloud.Making
}

// provider answers the stand-in for Terraform: its states in simulated buckets, and what its provider would do.
func provider(c *cloud.Cloud) http.Handler {
	p := &providing{cloud: c}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+terraform.Prefix+"estate", answering(p.estate))
	mux.HandleFunc("POST "+terraform.Prefix+"read", answering(p.read))
	mux.HandleFunc("POST "+terraform.Prefix+"write", answering(p.write))
	mux.HandleFunc("POST "+terraform.Prefix+"remove", answering(p.remove))
	mux.HandleFunc("POST "+terraform.Prefix+"begin", answering(p.begin))
	mux.HandleFunc("POST "+terraform.Prefix+"work", answering(p.work))
	mux.HandleFunc("POST "+terraform.Prefix+"see", answering(p.see))
	return mux
}

// answering takes JSON and gives JSON. The model's refusals keep their status.
func answering[Q, A any](answer func(q Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q Q
		if err := json.NewDecoder(io.LimitReader(r.Body, 64<<20)).Decode(&q); err != nil {
			reply(w, http.StatusBadRequest, refusal{Error: err.Error()})
			return
		}
		a, err := answer(q)
		var refused *cloud.Refusal
		switch {
		case errors.As(err, &refused):
			reply(w, refused.Status, refusal{Error: refused.Message})
		case err != nil:
			reply(w, http.StatusServiceUnavailable, refusal{Error: err.Error()})
		default:
			reply(w, http.StatusOK, a)
		}
	}
}

func (p *providing) estate(_ struct{}) (e terraform.Estate, err error) {
	p.cloud.Locked(func(w *cloud.World) {
		e = terraform.Estate{Account: w.Account, Speed: w.Speed, Regions: [2]string{w.Regions[0].Name, w.Regions[1].Name}}
	})
	return e, nil
}

// inBucket does something with a bucket, as long as its region answers.
func (p *providing) inBucket(name string, do func(w *cloud.World, b *cloud.Bucket) error) (err error) {
	p.cloud.Locked(func(w *cloud.World) {
		b, r := w.Bucket(name)
		switch {
		case b == nil:
			err = &cloud.Refusal{Status: http.StatusGone, Code: "NoSuchBucket", Message: "The specified bucket does not exist"}
		case r.Dark:
			err = errors.New("operation error S3: exceeded maximum number of attempts, request send failed: " + r.Name + " does not answer")
		default:
			err = do(w, b)
		}
	})
	return err
}

func (p *providing) read(f terraform.File) (terraform.File, error) {
	err := p.inBucket(f.Bucket, func(_ *cloud.World, b *cloud.Bucket) error {
		o := b.Object(f.Key)
		if o == nil {
			return cloud.NoSuchKey()
		}
		f.Body, f.Type = o.Body, o.Type
		return nil
	})
	return f, err
}

func (p *providing) write(f terraform.File) (terraform.File, error) {
	err := p.inBucket(f.Bucket, func(w *cloud.World, b *cloud.Bucket) error {
		var c cloud.Condition
		if f.New {
			c.NoneMatch = "*"
		}
		_, err := w.Put(b, cloud.Object{Key: f.Key, Body: f.Body, Type: f.Type}, c)
		return err
	})
	return terraform.File{Bucket: f.Bucket, Key: f.Key}, err
}

func (p *providing) remove(f terraform.File) (terraform.File, error) {
	err := p.inBucket(f.Bucket, func(w *cloud.World, b *cloud.Bucket) error { return w.Remove(b, f.Key, cloud.Condition{}) })
	return f, err
}

func pieceOf(p terraform.Piece) cloud.Piece {
	out := cloud.Piece{Address: p.Address, Type: p.Type, Region: p.Region, ID: p.ID, Values: p.Values}
	for _, n := range p.Needs {
		out.Needs = append(out.Needs, pieceOf(n))
	}
	return out
}

// begin orders something of the model. What the provider says against it is part of the answer.
func (p *providing) begin(o terraform.Order) (work terraform.Work, err error) {
	p.cloud.Locked(func(w *cloud.World) {
		piece := pieceOf(o.Piece)
		var m *cloud.Making
		switch o.Do {
		case terraform.Create:
			m, err = w.MakePiece(piece)
		case terraform.Update:
			m, err = w.ChangePiece(piece)
		case terraform.Delete:
			m, err = w.EndPiece(piece)
		case terraform.Read:
			work = found(w, piece)
			return
		default:
			err = errors.New("no order " + o.Do)
			return
		}
		if err != nil {
			work, err = terraform.Work{Error: err.Error()}, nil
			return
		}
		p.mu.Lock()
		p.jobs = append(p.jobs, m)
		job := len(p.jobs)
		p.mu.Unlock()
		work = progress(w, m, job)
	})
	return work, err
}

// found is a piece that an import names.
func found(w *cloud.World, piece cloud.Piece) terraform.Work {
	asked := piece
	asked.Values = nil
	values := w.FindPiece(asked)
	if values == nil {
		return terraform.Work{Error: "it does not exist"}
	}
	if id, ok := values["id"].(string); ok {
		piece.ID = id
	}
	w.Claim(piece)
	return terraform.Work{Done: true, ID: piece.ID, Values: values}
}

func progress(w *cloud.World, m *cloud.Making, job int) terraform.Work {
	done, err := m.Done(w)
	work := terraform.Work{Job: job, Done: done, ID: m.ID, Values: m.Values}
	if err != nil {
		work.Error = err.Error()
	}
	return work
}

func (p *providing) work(asked terraform.Work) (work terraform.Work, err error) {
	p.mu.Lock()
	var m *cloud.Making
	if asked.Job > 0 && asked.Job <= len(p.jobs) {
		m = p.jobs[asked.Job-1]
	}
	p.mu.Unlock()
	if m == nil {
		return work, errors.New("there is no such order")
	}
	p.cloud.Locked(func(w *cloud.World) { work = progress(w, m, asked.Job) })
	return work, nil
}

// see tells what has become of a state's pieces: of the attributes that the state holds, those that the cloud knows.
func (p *providing) see(pieces []terraform.Piece) (seen []terraform.Seen, err error) {
	p.cloud.Locked(func(w *cloud.World) {
		for _, asked := range pieces {
			if r := w.Region(asked.Region); r != nil && r.Dark {
				err = errors.New("operation error: exceeded maximum number of attempts, request send failed: " + r.Name + " does not answer")
				return
			}
			now := w.FindPiece(pieceOf(asked))
			s := terraform.Seen{Gone: now == nil, Values: map[string]any{}}
			for name, value := range now {
				if _, held := asked.Values[name]; held {
					s.Values[name] = value
				}
			}
			seen = append(seen, s)
		}
	})
	return seen, err
}
