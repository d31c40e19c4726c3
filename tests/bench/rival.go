// The driver of `make bench` (driver.h, driver.c) once more, on Go's own allocator and collector.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const (
	largeDepth   = 18
	smallDepth   = 10
	threadSlots  = 5000
	threadLeast  = 8
	threadMost   = 1000
	threadLife   = 200000
	threadLives  = 5
	pointersFlag = 1 << 31
	warmBytes    = 32 << 20
	seed         = 88172645463325252
	measured     = 150 * time.Millisecond
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

func nextRandom(x *uint64) uint64 {
	*x ^= *x << 13
	*x ^= *x >> 7
	*x ^= *x << 17
	return *x
}

func usage() (cpu time.Duration, peak uint64) {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), uint64(u.Maxrss) << 10
}

type measure struct {
	ops, live, base uint64
	wall            time.Time
	cpu             time.Duration
}

func (m *measure) begin() {
	m.ops = 0
	m.cpu, _ = usage()
	m.wall = time.Now()
}

func (m *measure) enough() bool { return time.Since(m.wall) >= measured }

func (m *measure) finish() {
	wall := time.Since(m.wall)
	cpu, peak := usage()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	ops := float64(m.ops)
	fmt.Printf("%.3f %.3f %d %d %d %d\n", float64(wall)/ops, float64(cpu-m.cpu)/ops, m.live,
		peak-m.base, stats.NumGC, m.ops)
}

func newBytes(size int) unsafe.Pointer {
	b := make([]byte, size)
	return unsafe.Pointer(&b[0])
}

func newPointers(size int) unsafe.Pointer {
	p := make([]*byte, size/8)
	return unsafe.Pointer(&p[0])
}

func mixedSize(bits uint64) int {
	half := uint64(8) << (bits >> 61)
	return int(half + 1 + (bits>>32)&(half-1))
}

func sizeOf(size int, bits uint64) int {
	if size != 0 {
		return size
	}
	return mixedSize(bits)
}

func churn(slots []unsafe.Pointer, x *uint64, size int, ops uint64) {
	mask := uint64(len(slots) - 1)
	for i := uint64(0); i < ops; i++ {
		bits := nextRandom(x)
		slots[bits&mask] = nil
		fresh := newBytes(sizeOf(size, bits))
		*(*uint64)(fresh) = bits
		slots[bits&mask] = fresh
	}
}

func runChurn(m *measure, size, count int) {
	const batch = 16384
	mean := size
	if size == 0 {
		mean = 383
	}
	slots := make([]unsafe.Pointer, count)
	x := uint64(seed)
	for i := range slots {
		slots[i] = newBytes(sizeOf(size, nextRandom(&x)))
	}
	churn(slots, &x, size, uint64(warmBytes/mean+4*count))
	m.live = uint64(count * mean)
	for m.begin(); !m.enough(); m.ops += batch {
		churn(slots, &x, size, batch)
	}
	m.finish()
	runtime.KeepAlive(slots)
}

type node struct{ left, right *node }

func grow(n *node, depth int) {
	if depth == 0 {
		return
	}
	n.left = new(node)
	n.right = new(node)
	grow(n.left, depth-1)
	grow(n.right, depth-1)
}

func count(n *node) uint64 {
	if n == nil {
		return 0
	}
	return 1 + count(n.left) + count(n.right)
}

func plant(depth int) (*node, uint64) {
	n := new(node)
	grow(n, depth)
	return n, count(n)
}

func runTrees(m *measure) {
	large, nodes := plant(largeDepth)
	m.live = nodes * 16
	for n := uint64(0); n*16 < warmBytes; {
		_, nodes := plant(smallDepth)
		n += nodes
	}
	for m.begin(); !m.enough(); {
		_, nodes := plant(smallDepth)
		m.ops += nodes
	}
	m.finish()
	runtime.KeepAlive(large)
}

func liveOnce(slots []unsafe.Pointer, x *uint64, done chan<- bool) {
	for i := 0; i < threadLife; i++ {
		bits := nextRandom(x)
		size := threadLeast + int((bits>>40)%(threadMost-threadLeast+1))
		fresh := newBytes(size)
		*(*uint64)(fresh) = bits
		slots[(bits>>20)%threadSlots] = fresh
	}
	done <- true
}

func runThreads(m *measure, threads int) {
	runtime.GOMAXPROCS(threads)
	var warm, end sync.WaitGroup
	start := make(chan bool)
	for t := 0; t < threads; t++ {
		warm.Add(1)
		end.Add(1)
		go func(x uint64) {
			slots := make([]unsafe.Pointer, threadSlots)
			done := make(chan bool)
			go liveOnce(slots, &x, done)
			<-done
			warm.Done()
			<-start
			for i := 0; i < threadLives; i++ {
				go liveOnce(slots, &x, done)
				<-done
			}
			end.Done()
			runtime.KeepAlive(slots)
		}(seed + uint64(t))
	}
	warm.Wait()
	m.begin()
	close(start)
	end.Wait()
	m.ops = uint64(threads * threadLives * threadLife)
	m.live = uint64(threads * threadSlots * (threadLeast + threadMost) / 2)
	m.finish()
}

type step struct{ slot, size uint32 }

type script struct {
	steps []step
	slots int
	live  uint64
}

// The script lies outside of the heap, so that it does not put collections off.
func readScript(path string) script {
	f, err := os.Open(path)
	fail(err)
	info, err := f.Stat()
	fail(err)
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	fail(err)
	s := script{steps: unsafe.Slice((*step)(unsafe.Pointer(&data[0])), len(data)/8)}
	for _, st := range s.steps {
		if int(st.slot) >= s.slots {
			s.slots = int(st.slot) + 1
		}
	}
	sizes := make([]uint32, s.slots)
	live := uint64(0)
	for _, st := range s.steps {
		live -= uint64(sizes[st.slot])
		sizes[st.slot] = st.size &^ pointersFlag
		live += uint64(sizes[st.slot])
		if live > s.live {
			s.live = live
		}
	}
	return s
}

func replayOnce(s *script, slots []unsafe.Pointer) uint64 {
	allocations := uint64(0)
	for _, st := range s.steps {
		switch {
		case st.size == 0:
			slots[st.slot] = nil
			continue
		case st.size&pointersFlag != 0:
			slots[st.slot] = newPointers(int(st.size &^ pointersFlag))
		default:
			slots[st.slot] = newBytes(int(st.size))
			*(*byte)(slots[st.slot]) = 1
		}
		allocations++
	}
	for i := range slots {
		slots[i] = nil
	}
	return allocations
}

func runReplay(m *measure, path string) {
	s := readScript(path)
	slots := make([]unsafe.Pointer, s.slots)
	m.live = s.live
	replayOnce(&s, slots)
	for m.begin(); !m.enough(); {
		m.ops += replayOnce(&s, slots)
	}
	m.finish()
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Println(runtime.Version())
		return
	}
	if len(os.Args) < 3 {
		os.Exit(2)
	}
	var m measure
	_, m.base = usage()
	n, _ := strconv.Atoi(os.Args[2])
	slots := 16384
	if len(os.Args) > 3 {
		slots, _ = strconv.Atoi(os.Args[3])
	}
	switch os.Args[1] {
	case "churn":
		runChurn(&m, n, slots)
	case "trees":
		runTrees(&m)
	case "threads":
		runThreads(&m, n)
	case "replay":
		runReplay(&m, os.Args[2])
	default:
		os.Exit(2)
	}
}
