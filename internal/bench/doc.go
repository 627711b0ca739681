// Bench measures what azmistral costs beside other clients. To repeat one figure:
//
//	go run . worker -workload W1a -contender azmistral
package main
