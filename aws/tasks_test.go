package aws_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

const backend = "davidshaevel-dev-backend"

func service(t *testing.T, f aws.Fast, name string) aws.Service {
	t.Helper()
	i := slices.IndexFunc(f.Services.Value, func(s aws.Service) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no service %s in %+v", name, f.Services)
	}
	return f.Services.Value[i]
}

// digests are the digests that the service's running tasks have in the model, each once, sorted.
func (p *place) digests(region, name string) []string {
	var all []string
	p.Locked(func(w *cloud.World) {
		for _, task := range w.Region(region).Service(name).Tasks() {
			if task.Last == cloud.Running {
				all = append(all, task.Containers[0].Digest)
			}
		}
	})
	slices.Sort(all)
	return slices.Compact(all)
}

func digestsOf(s aws.Service) []string {
	var all []string
	for _, i := range s.Images {
		if i.Running {
			all = append(all, i.Digest)
		}
	}
	slices.Sort(all)
	return all
}

// release pushes a new image of the backend and rolls it out.
func (p *place) release() {
	p.Locked(func(w *cloud.World) {
		r := w.Region(east)
		w.Push(r, r.Repository("davidshaevel/backend"), "9.9")
		s := r.Service(backend)
		next := *s.TaskDefinition
		next.Revision, next.ARN = 2, strings.TrimSuffix(next.ARN, "1")+"2"
		next.Containers = slices.Clone(next.Containers)
		name, _, _ := strings.Cut(next.Containers[0].Image, ":")
		next.Containers[0].Image = name + ":9.9"
		r.TaskDefinitions = append(r.TaskDefinitions, &next)
		w.Deploy(s, &next)
	})
}

func TestImagesFollowARollout(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.spec(east))
		f := r.Fast(t.Context(), aws.Fast{})
		before := digestsOf(service(t, f, backend))
		p.release()
		mixed := false
		for range 100 {
			f = r.Fast(t.Context(), f)
			got := digestsOf(service(t, f, backend))
			want(t, "digests in the rollout", got, p.digests(east, backend))
			mixed = mixed || len(got) == 2
			time.Sleep(3 * time.Second)
		}
		if after := digestsOf(service(t, f, backend)); slices.Equal(before, after) || !mixed {
			t.Errorf("the rollout from %v to %v was not seen, or no moment in which both ran", before, after)
		}
	})
}

func TestEndedTasksSayWhy(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.spec(east))
		f := r.Fast(t.Context(), aws.Fast{})
		if n := len(service(t, f, backend).Stopped); n != 0 {
			t.Fatalf("%d tasks have stopped before anything happened", n)
		}
		if err := p.Do("stop-tasks", east, backend); err != nil {
			t.Fatal(err)
		}
		for range 12 { // down and up again between two looks, and at rest at last
			time.Sleep(15 * time.Second)
			f = r.Fast(t.Context(), f)
		}
		s := service(t, f, backend)
		if len(s.Stopped) != 2 || s.Running != 2 || len(s.Events) == 0 {
			t.Fatalf("it is %+v", s)
		}
		for _, task := range s.Stopped {
			if task.ExitCode == nil || *task.ExitCode != 137 || task.Reason != "Essential container in task exited" || task.ID == "" || task.At.IsZero() {
				t.Errorf("a stopped task is %+v", task)
			}
		}
		p.take()
		f = r.Fast(t.Context(), f)
		if calls := p.take(); slices.Contains(calls, "ecs:ListTasks") {
			t.Errorf("tasks at rest are listed again: %v", repeated(calls))
		}
		time.Sleep(2 * time.Hour)
		r.Slow(t.Context(), aws.Slow{})
		if s := service(t, r.Fast(t.Context(), f), backend); len(s.Stopped) != 0 {
			t.Errorf("ECS has forgotten the stopped tasks, and Lifeboat still shows %+v", s.Stopped)
		}
	})
}

func TestTasksThatECSDoesNotListYetAreAskedForAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.spec(east))
		p.meddle("ecs:ListTasks", say(200, `{"taskArns": []}`))
		f := r.Fast(t.Context(), aws.Fast{})
		if s := service(t, f, backend); len(s.Images) != 1 || s.Images[0].Running || s.Images[0].Digest != "" {
			t.Errorf("without a task the images are not the definition's: %+v", s.Images)
		}
		p.leaveAlone("ecs:ListTasks")
		f = r.Fast(t.Context(), f)
		want(t, "digests", digestsOf(service(t, f, backend)), p.digests(east, backend))
	})
}

func TestTasksThatMayNotBeReadHideNoService(t *testing.T) {
	for _, op := range []string{"ListTasks", "DescribeTasks"} {
		inBubble(t, func(t *testing.T) {
			p := open(t, 4)
			r := reader(t, p.spec(east))
			good := r.Fast(t.Context(), aws.Fast{})
			if err := p.Do("break-call", "ecs", op); err != nil {
				t.Fatal(err)
			}
			if err := p.Do("stop-tasks", east, backend); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
			f := r.Fast(t.Context(), good)
			wantNoErrors(t, errorsOf(f))
			s := service(t, f, backend)
			wantKind(t, "tasks", s.TasksErr, fault.Denied)
			if s.Running != 2 || !slices.Equal(digestsOf(s), digestsOf(service(t, good, backend))) {
				t.Errorf("the services, or the last images, are not beside the error: %+v", s)
			}
		})
	}
}

func TestTheListOfTasksThatBreaksOffIsNoList(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 150)
		if err := p.Do("half-way", "ecs", "ListTasks", "InternalFailure"); err != nil {
			t.Fatal(err)
		}
		f := reader(t, p.spec(east)).Fast(t.Context(), aws.Fast{})
		wantKind(t, "tasks", service(t, f, backend).TasksErr, fault.Unavailable)
		for _, s := range f.Services.Value {
			if slices.ContainsFunc(s.Images, func(i aws.ContainerImage) bool { return i.Running }) {
				t.Fatalf("%s has images of half a list", s.Name)
			}
		}
	})
}

func TestDefinitionsOfManyIdleServicesAreReadOverSomeRefreshes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 100)
		p.Locked(func(w *cloud.World) {
			for _, target := range w.Region(west).ScalableTargets {
				target.Min = 0
			}
			for _, s := range w.Region(west).Clusters[0].Services {
				w.SetDesired(s, 0)
			}
			for _, target := range w.Region(west).ScalableTargets {
				target.Min = 0 // or autoscaling starts them again
			}
		})
		time.Sleep(5 * time.Minute)
		r := reader(t, p.spec(west))
		var f aws.Fast
		for _, want := range []int{40, 80, 100, 100} {
			f = r.Fast(t.Context(), f)
			with := 0
			for _, s := range f.Services.Value {
				if len(s.Images) > 0 {
					with++
				}
			}
			if with != want {
				t.Errorf("%d services have their images, want %d", with, want)
			}
		}
	})
}

func TestTheContainerBehindTheBalancerComesFirst(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("ecs:DescribeTasks", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			sidecar(w, r, inner, `"containers":[`, `"containers":[{"name":"agent","image":"agent:1","imageDigest":"sha256:0","lastStatus":"RUNNING"},`)
		})
		f := reader(t, p.spec(east)).Fast(t.Context(), aws.Fast{})
		var names []string
		for _, i := range service(t, f, backend).Images {
			names = append(names, i.Container)
		}
		want(t, "containers", names, []string{"backend", "agent"})
	})
}

// sidecar answers as the simulator does, with one text replaced.
func sidecar(w http.ResponseWriter, r *http.Request, inner http.Handler, old, new string) {
	to := &recorder{header: http.Header{}, status: 200}
	inner.ServeHTTP(to, r)
	w.WriteHeader(to.status)
	_, _ = w.Write([]byte(strings.ReplaceAll(to.body.String(), old, new)))
}

type recorder struct {
	header http.Header
	status int
	body   strings.Builder
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
