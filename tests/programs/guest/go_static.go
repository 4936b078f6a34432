// Goroutines, channels, maps, sorting, hashing, formatting, panics and garbage collection.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
)

type tree struct {
	left, right *tree
}

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func squares(workers, numbers int) int {
	in, out := make(chan int), make(chan int)
	var group sync.WaitGroup
	for w := 0; w < workers; w++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range in {
				out <- n * n
			}
		}()
	}
	go func() {
		for n := 0; n < numbers; n++ {
			in <- n
		}
		close(in)
		group.Wait()
		close(out)
	}()
	sum := 0
	for square := range out {
		sum += square
	}
	return sum
}

func recovered() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var none *tree
	return fmt.Sprint(none.left)
}

func main() {
	fmt.Println("squares", squares(8, 2000))
	fmt.Println("tree", grow(14).count())
	runtime.GC()
	fmt.Println("recovered:", recovered())
	fmt.Printf("%x\n", sha256.Sum256(bytes.Repeat([]byte("momonga"), 1000)))
	factorial := new(big.Int).MulRange(1, 200)
	fmt.Println(factorial)
	words := map[string]int{}
	for _, word := range strings.Fields("the cat and the dog and the bird") {
		words[word]++
	}
	text, _ := json.Marshal(words)
	fmt.Println(string(text))
	numbers := []float64{math.Pi, math.E, math.Sqrt2, math.Sin(1), math.Log(10), math.Inf(1)}
	sort.Float64s(numbers)
	fmt.Println(numbers)
	fmt.Printf("%08.3f|%+d|%#x|%q\n", 3.14159, 42, 255, "momonga\n")
	os.Exit(3)
}
