package cloud

// InForce are the director's orders that last until they are taken back, oldest first, as they were given: "darken
// us-east-1". What ends by itself is not among them.
func (c *Cloud) InForce() (orders []string) {
	c.Locked(func(w *World) {
		for _, u := range w.undos {
			orders = append(orders, u.order)
		}
	})
	return orders
}
