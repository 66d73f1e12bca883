package cloud

import (
	"fmt"
	"strings"
)

// pushImage is a `docker push`: the same name and tag is the same image, wherever it is pushed.
func pushImage(w *World, a args) (func(), error) {
	r := w.Regions[0]
	if a["REGION"] != "" {
		r = a.region(w)
	}
	if a["IMAGE"] == "all" {
		return nil, w.pushMissing(r)
	}
	image := a["IMAGE"]
	for _, of := range w.Regions { // as docker is told it
		if rest, whole := strings.CutPrefix(image, of.Registry()+"/"); whole {
			r, image = of, rest
		}
	}
	name, tag, tagged := strings.Cut(image, ":")
	if !tagged {
		tag = "latest"
	}
	repo := r.Repository(name)
	if repo == nil {
		return nil, fmt.Errorf("no repository %q in %s; there are %s", name, r.Name, r.repositoryNames())
	}
	_, err := w.PutImage(r, repo, manifestOf(name, tag), tag)
	return nil, err
}

func (w *World) pushMissing(r *Region) error {
	if len(r.Repositories) == 0 {
		return fmt.Errorf("no repository in %s yet", r.Name)
	}
	for _, repo := range r.Repositories {
		if len(repo.Images) > 0 {
			w.replicate(r, repo, repo.Images[len(repo.Images)-1]) // pushed again, it is replicated where a rule came later
			continue
		}
		if _, err := w.PutImage(r, repo, manifestOf(repo.Name, "1.0.0"), "1.0.0"); err != nil {
			return err
		}
	}
	return nil
}

func (r *Region) repositoryNames() string {
	var names []string
	for _, repo := range r.Repositories {
		names = append(names, repo.Name)
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

func leaveLogGroup(w *World, a args) (func(), error) {
	p := Piece{Type: "aws_cloudwatch_log_group", Region: a["REGION"], ID: a["NAME"], Values: map[string]any{"name": a["NAME"]}}
	if w.taken(p.Type, p.Region, p.ID) {
		return nil, fmt.Errorf("there is a log group %s in %s already", p.ID, p.Region)
	}
	w.Claim(p)
	return func() { delete(w.pieces, w.pieceKey(p)) }, nil
}

func failAddress(w *World, a args) (func(), error) {
	address, words := a["ADDRESS"], a["WORDS"]
	if words == "" {
		words = "https response error StatusCode: 400, AccessDenied: the simulator's director broke this resource"
	}
	if _, broken := w.breakage[address]; broken {
		return nil, fmt.Errorf("%s fails already", address)
	}
	w.breakage[address] = words
	return func() { delete(w.breakage, address) }, nil
}
