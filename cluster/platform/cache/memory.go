package cache

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Memory is a Store in this process that holds a bounded number of values and
// drops the least recently used.
type Memory struct {
	max int

	mu      sync.Mutex
	entries map[string]*list.Element
	order   *list.List // most recently used first
}

var _ Store = (*Memory)(nil)

type entry struct {
	key     string
	value   []byte
	expires time.Time
}

// NewMemory returns a store of at most entries values; 0 or fewer keeps none.
func NewMemory(entries int) *Memory {
	return &Memory{max: entries, entries: make(map[string]*list.Element), order: list.New()}
}

// Get returns the value of key unless its time has passed.
func (m *Memory) Get(_ context.Context, key string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	el, ok := m.entries[key]
	if !ok {
		return nil, false, nil
	}
	e := el.Value.(*entry)
	if !time.Now().Before(e.expires) {
		m.remove(el)
		return nil, false, nil
	}
	m.order.MoveToFront(el)
	return e.value, true, nil
}

// Set keeps value for ttl.
func (m *Memory) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	if m.max <= 0 || ttl <= 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := &entry{key: key, value: value, expires: time.Now().Add(ttl)}
	if el, ok := m.entries[key]; ok {
		el.Value = e
		m.order.MoveToFront(el)
		return nil
	}
	m.entries[key] = m.order.PushFront(e)
	if m.order.Len() > m.max {
		m.remove(m.order.Back())
	}
	return nil
}

// Delete forgets key.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if el, ok := m.entries[key]; ok {
		m.remove(el)
	}
	return nil
}

func (m *Memory) remove(el *list.Element) {
	m.order.Remove(el)
	delete(m.entries, el.Value.(*entry).key)
}
