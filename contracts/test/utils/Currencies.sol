// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A currency as it should be; below those that aren't
contract Currency is ERC20("Currency", "CUR") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @title Keeps a hundredth of each transfer
contract FeeCurrency is Currency {
    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) ? 0 : amount / 100;
        if (fee != 0) super._update(from, address(0), fee);
        super._update(from, to, amount - fee);
    }
}

/// @title Answers false where it should revert, and moves nothing
contract FalseCurrency is Currency {
    function transfer(address, uint256) public pure override returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @title Blocks accounts, as stablecoins do
contract BlockingCurrency is Currency {
    mapping(address account => bool) public isBlocked;

    error BlockingCurrency_Blocked(address account);

    function block_(address account) external {
        isBlocked[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isBlocked[to]) revert BlockingCurrency_Blocked(to);
        super._update(from, to, amount);
    }
}

/// @title Calls somebody in the midst of a transfer, and keeps the answer
contract ReentrantCurrency is Currency {
    address private _target;
    bytes private _data;
    bytes4 public answer;
    bool public isCalled;

    function callBack(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (_target == address(0) || isCalled) return;
        isCalled = true;
        (bool isDone, bytes memory returned) = _target.call(_data);
        // forge-lint: disable-next-line(unsafe-typecast): the first four bytes are what is asked for
        answer = isDone ? bytes4(0) : bytes4(returned);
    }
}
