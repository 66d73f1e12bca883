package cloud

import "time"

// Cluster is an ECS cluster.
type Cluster struct {
	Name, ARN string
	Services  []*Service
	Tasks     []*Task // running and coming ones, and those stopped within the last hour
	Tags      []Tag
}

// Service is an ECS service on Fargate.
type Service struct {
	Name, ARN      string
	Cluster        *Cluster
	Desired        int
	TaskDefinition *TaskDefinition // what the newest deployment runs
	Deployments    []*Deployment   // newest (PRIMARY) first
	Events         []Event         // newest first, at most 100, as ECS keeps them
	TargetGroup    *TargetGroup    // nil: not behind a balancer
	Container      string          // the container that the balancer talks to
	Port           int
	Grace          time.Duration // health-check grace period
	MinHealthy     int           // percent, while deploying
	MaxPercent     int
	CreatedAt      time.Time
	Tags           []Tag

	region   *Region
	tasks    []*Task
	failures int       // tasks in a row that never became healthy: the scheduler backs off
	nextTry  time.Time // no task is started before it
	scaling  bool      // its count was changed, and it has not said that it is steady since
}

// Deployment is one rollout of a service.
type Deployment struct {
	ID                 string
	TaskDefinition     *TaskDefinition
	Desired            int
	Failed             int
	Rollout            string // IN_PROGRESS, COMPLETED, FAILED
	RolloutReason      string
	Created, UpdatedAt time.Time
}

// Event is one line of a service's event list.
type Event struct {
	ID      string
	At      time.Time
	Message string
}

// TaskDefinition is one revision of a family.
type TaskDefinition struct {
	Family     string
	Revision   int
	ARN        string
	CPU        int // 1/1024 vCPU
	Memory     int // MiB
	Containers []ContainerDefinition
	Registered time.Time
	Tags       []Tag
	More       map[string]any // what else was registered, as it came
	Bad        bool           // its application answers 503 to everything
}

// ContainerDefinition is one container of a task definition.
type ContainerDefinition struct {
	Name        string
	Image       string // registry/repository:tag
	Port        int
	Environment []Tag // name and value
	Secrets     []Tag // name and the secret's ARN, as valueFrom
	More        map[string]any
}

// Task states, as ECS names them in lastStatus.
const (
	Provisioning   = "PROVISIONING"
	Pending        = "PENDING"
	Running        = "RUNNING"
	Deactivating   = "DEACTIVATING"
	Stopping       = "STOPPING"
	Deprovisioning = "DEPROVISIONING"
	Stopped        = "STOPPED"
)

// Task is an ECS task of a service.
type Task struct {
	ID, ARN        string
	Cluster        *Cluster
	Service        *Service
	Deployment     *Deployment
	TaskDefinition *TaskDefinition
	Last, Wanted   string // lastStatus and desiredStatus
	Health         string // UNKNOWN, HEALTHY, UNHEALTHY
	AZ, IP         string
	Containers     []Container
	Created        time.Time
	Started        time.Time // zero until RUNNING
	StoppingAt     time.Time
	StoppedAt      time.Time
	StopCode       string // e.g. ServiceSchedulerInitiated, TaskFailedToStart, EssentialContainerExited
	StoppedReason  string
	target         *Target
	password       string // that its secret held when it started; "" for none
}

// Container is a container of a task.
type Container struct {
	Name, Image string
	Digest      string // of the image, known once it was pulled
	Last        string
	Reason      string // why it could not start or stopped
	ExitCode    int
	Exited      bool // ExitCode counts
}

// ScalableTarget is an Application Auto Scaling target of a service's desired count.
type ScalableTarget struct {
	ResourceID string // service/CLUSTER/SERVICE
	Min, Max   int
	Suspended  Suspended
	Role       string
	Created    time.Time

	service *Service
}
